import {NetError} from './net-error.ts'

declare const brand: unique symbol

/**
 * An address in its one canonical text: of IPv4 in dotted form without leading zeros, `10.0.20.4`, made by `parseIp` or `ipOf`; of IPv6 as
 * `fd00:10:0:20::4`, made by `parseIp6` or `ip6Of`. Two texts are the same address exactly when they are the same text.
 */
export type Ip = string & {readonly [brand]: 'Ip'}

/** The two kinds of addresses, by Kubernetes' names for them. */
export type IpFamily = 'IPv4' | 'IPv6'

/** The family of an address or a network. Only one of IPv6 has a colon. */
export function familyOf(text: string): IpFamily {
  return text.includes(':') ? 'IPv6' : 'IPv4'
}

/** Reads a dotted IPv4 address; throws NetError for anything else. */
export function parseIp(text: string): Ip {
  const parts = text.split('.')
  const good = parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)
  if (!good) throw new NetError(`"${text}" is not an IPv4 address; expected four numbers from 0 to 255, like 10.0.20.4`)
  return text as Ip
}

/** An IPv4 address as an unsigned 32-bit number. */
export function ipNumber(ip: Ip): number {
  return ip.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

/** The IPv4 address that an unsigned 32-bit number stands for. */
export function ipOf(number: number): Ip {
  return [24, 16, 8, 0].map(shift => (number >>> shift) & 255).join('.') as Ip
}
