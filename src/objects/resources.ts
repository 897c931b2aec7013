import {invalid, type Mistake, type Path} from './mistake.ts'
import {canonicalQuantity} from './quantity.ts'
import {map, record, type Schema, text, unsupported} from './schema.ts'

/** What a container asks for and may have at most, such as `cpu: 500m`, `memory: 64Mi`. */
export type Resources = {
  readonly requests?: Quantities
  readonly limits?: Quantities
}

type Quantities = Readonly<Record<string, string | number>>

const form = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/

/** `500m`, `64Mi`, 2. */
export const quantity: Schema = {
  type: 'integerOrString',
  // A number may have a fraction: `cpu: 0.5`.
  integer: {type: 'anything'},
  string: text(value =>
    isQuantity(value)
      ? undefined
      : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ),
}

export const resourcesSchema: Schema = record({
  requests: map(quantity),
  limits: map(quantity),
  claims: unsupported('resource claims'),
})

export function isQuantity(text: string): boolean {
  return form.test(text)
}

const units: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** The number that a quantity means: `1500m` is 1.5, `1Ki` is 1024. */
export function quantityOf(value: string | number): number {
  if (typeof value === 'number') return value
  const [, digits = '', unit = ''] = form.exec(value) ?? []
  return Object.hasOwn(units, unit) ? Number(digits) * (units[unit] ?? 1) : Number(value)
}

/** Nobody may ask for more than he may have. `path` leads to the container's resources. */
export function resourceMistakes({requests = {}, limits = {}}: Resources, path: Path): Mistake[] {
  const negative = (kind: string, quantities: Quantities) =>
    Object.entries(quantities).flatMap(([name, value]) =>
      quantityOf(value) < 0
        ? [invalid([...path, kind, `[${name}]`], `${value}`, 'must be greater than or equal to 0')]
        : [],
    )
  const over = Object.entries(requests).flatMap(([name, value]) => {
    const limit = limits[name]
    const why = `must be less than or equal to ${name} limit of ${limit}`
    return limit !== undefined && quantityOf(value) > quantityOf(limit)
      ? [invalid([...path, 'requests'], `${value}`, why)]
      : []
  })
  return [
    ...nameMistakes(limits, [...path, 'limits']),
    ...nameMistakes(requests, [...path, 'requests']),
    ...negative('limits', limits),
    ...negative('requests', requests),
    ...over,
  ]
}

const standard = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/

/** Resources that Kubernetes does not know have somebody's domain before their name. */
function nameMistakes(quantities: Quantities, path: Path): Mistake[] {
  const unknown = Object.keys(quantities).filter(name => !standard.test(name) && !name.includes('/'))
  const whys = ['must be a standard resource type or fully qualified', 'must be a standard resource for containers']
  return unknown.flatMap(name => whys.map(why => invalid([...path, `[${name}]`], name, why)))
}

/** The quantities as the API server shows them. */
export function canonicalResources({requests, limits, ...rest}: Resources): Resources {
  const canonical = (quantities: Quantities) =>
    Object.fromEntries(Object.entries(quantities).map(([name, value]) => [name, canonicalQuantity(value)]))
  return {...rest, ...(limits && {limits: canonical(limits)}), ...(requests && {requests: canonical(requests)})}
}

/** What is limited and not asked for is asked for up to its limit. */
export function withRequests<T extends {readonly resources?: Resources}>(container: T): T {
  const {limits, requests} = container.resources ?? {}
  return limits ? {...container, resources: {...container.resources, requests: {...limits, ...requests}}} : container
}
