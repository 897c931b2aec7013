import {familyOf, type Ip, ipNumber, parseIp} from './ip.ts'
import {NetError} from './net-error.ts'

/*
 * IPv6 addresses: 128 bits, written as eight groups of four hexadecimal digits. One address has many texts (`FD00:0:0::04`); RFC 5952 says
 * which of them is the one to print: lower case, no leading zeros, and `::` for the longest run of two or more zero groups, of equally
 * long ones the first. What stands for an IPv4 address (`::ffff:10.0.20.4`) keeps its dots.
 */

/** Reads an IPv6 address in any of its texts, without a zone or brackets; gives the canonical one. Throws NetError for anything else. */
export function parseIp6(text: string): Ip {
  const groups = groupsOf(text)
  if (groups === undefined)
    throw new NetError(`"${text}" is not an IPv6 address; expected groups of hexadecimal digits, like fd00:10:0:20::4`)
  return ip6OfGroups(groups)
}

/** Reads an address of either family; throws NetError for anything else. */
export function parseAnyIp(text: string): Ip {
  return familyOf(text) === 'IPv6' ? parseIp6(text) : parseIp(text)
}

/** An IPv6 address as an unsigned 128-bit number. */
export function ip6Number(ip: Ip): bigint {
  return (groupsOf(ip) ?? []).reduce((number, group) => (number << 16n) | BigInt(group), 0n)
}

/** The IPv6 address that an unsigned 128-bit number stands for. */
export function ip6Of(number: bigint): Ip {
  return ip6OfGroups(Array.from({length: 8}, (_, at) => Number((number >> BigInt(16 * (7 - at))) & 0xffffn)))
}

/** The IPv6 address of eight 16-bit numbers. */
export function ip6OfGroups(groups: readonly number[]): Ip {
  const isMapped = groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff
  const words = groups.map(group => group.toString(16))
  const [seventh = 0, eighth = 0] = groups.slice(6)
  if (isMapped) return `::ffff:${[seventh >> 8, seventh & 255, eighth >> 8, eighth & 255].join('.')}` as Ip
  const {start, length} = longestZeros(groups)
  if (length < 2) return words.join(':') as Ip
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}` as Ip
}

function longestZeros(groups: readonly number[]): {readonly start: number; readonly length: number} {
  let best = {start: 0, length: 0}
  for (let start = 0; start < groups.length; start++) {
    let end = start
    while (groups[end] === 0) end++
    if (end - start > best.length) best = {start, length: end - start}
    start = Math.max(start, end)
  }
  return best
}

/* `::` stands for one zero group at least: it could not be told from a longer text otherwise. */
function groupsOf(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [before, after] = [wordsOf(halves[0] ?? ''), wordsOf(halves[1] ?? '')]
  const [first, last] = [numbersOf(before, halves.length === 1), numbersOf(after, true)]
  if (first === undefined || last === undefined) return undefined
  const missing = 8 - first.length - last.length
  if (halves.length === 1) return missing === 0 ? first : undefined
  return missing < 1 ? undefined : [...first, ...Array.from({length: missing}, () => 0), ...last]
}

function wordsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':')
}

/* Only the end of an address may be an IPv4 address. */
function numbersOf(words: readonly string[], isEnd: boolean): readonly number[] | undefined {
  const dotted = isEnd ? words.at(-1)?.includes('.') : false
  const plain = dotted ? words.slice(0, -1) : words
  if (!plain.every(word => /^[0-9a-f]{1,4}$/i.test(word))) return undefined
  const numbers = plain.map(word => Number.parseInt(word, 16))
  if (!dotted) return numbers
  try {
    const number = ipNumber(parseIp(words.at(-1) ?? ''))
    return [...numbers, number >>> 16, number & 0xffff]
  } catch {
    return undefined
  }
}
