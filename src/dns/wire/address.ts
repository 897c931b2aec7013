import {isIP, isIPv4} from 'node:net'
import {ipv6At} from '../../net/packet-bytes.ts'

/** An address as it is compared and printed, `::1` and not `0:0::1`; undefined for what is none. */
export function canonicalAddress(text: string): string | undefined {
  switch (isIP(text)) {
    case 4:
      return text
    case 6:
      return text.includes('%') ? undefined : ipv6At(ipv6Bytes(text), 0)
    default:
      return undefined
  }
}

/** The sixteen bytes of an IPv6 address that `isIPv6` accepts, without a zone. */
export function ipv6Bytes(text: string): Buffer {
  const [head = '', tail] = withoutDots(text).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16)))
  const first = groups(head)
  const last = tail === undefined ? [] : groups(tail)
  const bytes = Buffer.alloc(16)
  for (const [index, group] of first.entries()) bytes.writeUInt16BE(group, index * 2)
  for (const [index, group] of last.entries()) bytes.writeUInt16BE(group, 16 - (last.length - index) * 2)
  return bytes
}

/* `::ffff:10.0.0.1` has its last two groups as an IPv4 address. */
function withoutDots(text: string): string {
  const colon = text.lastIndexOf(':')
  const dotted = text.slice(colon + 1)
  if (!isIPv4(dotted)) return text
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number)
  return `${text.slice(0, colon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`
}

/** The address that a name below `in-addr.arpa.` or `ip6.arpa.`, in lower case, stands for; undefined for another name. */
export function addressOfReverse(name: string): string | undefined {
  if (name.endsWith(ipv4Zone)) {
    const text = name.slice(0, -ipv4Zone.length).split('.').reverse().join('.')
    return isIPv4(text) ? text : undefined
  }
  if (!name.endsWith(ipv6Zone)) return undefined
  const digits = name.slice(0, -ipv6Zone.length).split('.').reverse()
  if (digits.length !== 32 || !digits.every(digit => /^[0-9a-f]$/.test(digit))) return undefined
  return canonicalAddress(digits.join('').replace(/(?<=\w)(?=(\w{4})+$)/g, ':'))
}

/** The zone below which the names of an address family's addresses stand. */
const ipv4Zone = '.in-addr.arpa.'
const ipv6Zone = '.ip6.arpa.'

/** Whether a zone, in lower case, holds names of addresses. */
export function isReverseZone(zone: string): boolean {
  return `.${zone}`.endsWith(ipv4Zone) || `.${zone}`.endsWith(ipv6Zone)
}

/** `4.3.2.1.in-addr.arpa.` for 1.2.3.4. */
export function reverseOf(address: string): string {
  if (isIPv4(address)) return `${address.split('.').reverse().join('.')}${ipv4Zone}`
  return `${[...ipv6Bytes(address).toString('hex')].reverse().join('.')}${ipv6Zone}`
}
