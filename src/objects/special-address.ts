import {type Cidr, contains, parseAnyCidr} from '../net/cidr.ts'
import {parseAnyIp} from '../net/ip6.ts'
import {ipAddress} from './format.ts'

const loopback = 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
const linkLocal = 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
const multicast = 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'

const refused: readonly (readonly [Cidr, string])[] = [
  [parseAnyCidr('127.0.0.0/8'), loopback],
  [parseAnyCidr('::1/128'), loopback],
  [parseAnyCidr('169.254.0.0/16'), linkLocal],
  [parseAnyCidr('fe80::/10'), linkLocal],
  [parseAnyCidr('224.0.0.0/24'), multicast],
  [parseAnyCidr('ff02::/16'), multicast], // the message says /10, the real one tests these 16 bits, too
]

/** Why an address of either family cannot be an endpoint's or a service's external one; undefined when it can. */
export function specialAddress(address: string): string | undefined {
  const ip = parseAnyIp(address)
  if (ip === '0.0.0.0' || ip === '::') return `may not be unspecified (${address})`
  return refused.find(([range]) => contains(range, ip))?.[1]
}

export function isIpv4(text: string): boolean {
  return !text.includes(':') && ipAddress(text) === undefined
}
