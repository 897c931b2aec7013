import {type Cidr, contains, parseCidr} from '../net/cidr.ts'
import {parseIp} from '../net/ip.ts'
import {ipAddress} from './format.ts'

const refused: readonly (readonly [Cidr, string])[] = [
  [parseCidr('127.0.0.0/8'), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [parseCidr('169.254.0.0/16'), 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [parseCidr('224.0.0.0/24'), 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
]

/** Why an IPv4 address cannot be an endpoint's or a service's external one; undefined when it can. */
export function specialAddress(address: string): string | undefined {
  if (address === '0.0.0.0') return `may not be unspecified (${address})`
  return refused.find(([range]) => contains(range, parseIp(address)))?.[1]
}

export function isIpv4(text: string): boolean {
  return !text.includes(':') && ipAddress(text) === undefined
}
