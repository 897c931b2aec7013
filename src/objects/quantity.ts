/**
 * Quantities in the one form that the API server gives them back in: of the suffixes the largest that needs no fraction. `1000m` is `1`,
 * `0.5` is `500m`, `1024Mi` is `1Gi`; a quantity stays in the family (powers of 10, powers of 2, exponents) that it was written in.
 */
export function canonicalQuantity(written: string | number): string {
  const [, sign = '', digits = '', suffix = ''] = /^([+-]?)([0-9.]+)([A-Za-z]*[-+]?[0-9]*)$/.exec(`${written}`) ?? []
  const scale = scaleOf(suffix)
  const [whole = '', fraction = ''] = digits.split('.')
  if (scale === undefined || digits.split('.').length > 2 || whole + fraction === '') return `${written}`
  const minus = sign === '-' ? '-' : ''
  const parts = BigInt(`0${whole}${fraction}`) * scale.numerator
  const least = 10n ** BigInt(fraction.length) * scale.denominator
  if (parts === 0n) return '0'
  // Below a whole one, a quantity of powers of 2 is one of powers of 10.
  const family = scale.family === 'binary' && parts < 1024n * least ? 'decimal' : scale.family
  return minus + printed({parts, least}, family)
}

type Family = 'decimal' | 'binary' | 'exponent'
type Ratio = {readonly parts: bigint; readonly least: bigint}

const decimals = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E']
const binaries = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']

function scaleOf(suffix: string): {numerator: bigint; denominator: bigint; family: Family} | undefined {
  const power = /^[eE]([-+]?\d+)$/.exec(suffix)?.[1]
  if (power !== undefined) return {...tenTo(Number(power)), family: 'exponent'}
  const binary = binaries.indexOf(suffix)
  if (binary > 0) return {numerator: 1024n ** BigInt(binary), denominator: 1n, family: 'binary'}
  const decimal = decimals.indexOf(suffix)
  return decimal < 0 ? undefined : {...tenTo(3 * (decimal - 3)), family: 'decimal'}
}

function tenTo(power: number): {numerator: bigint; denominator: bigint} {
  const size = 10n ** BigInt(Math.min(Math.abs(power), 30))
  return power < 0 ? {numerator: 1n, denominator: size} : {numerator: size, denominator: 1n}
}

/** From the largest unit down, the first that the quantity is a whole number of; at last billionths, rounded up. */
function printed({parts, least}: Ratio, family: Family): string {
  const units = unitsOf(family)
  for (const {suffix, numerator, denominator} of units)
    if ((parts * denominator) % (least * numerator) === 0n)
      return `${(parts * denominator) / (least * numerator)}${suffix}`
  const billionths = (parts * 10n ** 9n + least - 1n) / least
  return printed({parts: billionths, least: 10n ** 9n}, 'decimal')
}

function unitsOf(family: Family) {
  switch (family) {
    case 'binary':
      return binaries
        .map((suffix, power) => ({suffix, numerator: 1024n ** BigInt(power), denominator: 1n}))
        .toReversed()
    case 'decimal':
      return decimals.map((suffix, index) => ({suffix, ...tenTo(3 * (index - 3))})).toReversed()
    case 'exponent':
      return decimals
        .map((_, index) => ({suffix: index === 3 ? '' : `e${3 * (index - 3)}`, ...tenTo(3 * (index - 3))}))
        .toReversed()
  }
}
