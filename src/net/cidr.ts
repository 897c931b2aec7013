import {familyOf, type Ip, type IpFamily, ipNumber, ipOf, parseIp} from './ip.ts'
import {ip6Number, ip6Of, parseIp6} from './ip6.ts'
import {NetError} from './net-error.ts'

declare const brand: unique symbol

/**
 * An address with its prefix length, of either family: a network (`172.17.0.0/16`, `fd00:172:17::/48`) or an address on a link
 * (`172.17.13.1/24`).
 */
export type Cidr = string & {readonly [brand]: 'Cidr'}

/** Reads `address/length` of IPv4, host bits allowed; throws NetError for anything else. */
export function parseCidr(text: string): Cidr {
  return parse(text, {family: 'IPv4', example: '172.17.0.0/16'})
}

/** Reads `address/length` of IPv6, host bits allowed, into its canonical text; throws NetError for anything else. */
export function parseCidr6(text: string): Cidr {
  return parse(text, {family: 'IPv6', example: 'fd00:172:17::/48'})
}

/** Reads `address/length` of either family; throws NetError for anything else. */
export function parseAnyCidr(text: string): Cidr {
  return familyOf(text) === 'IPv6' ? parseCidr6(text) : parseCidr(text)
}

/** Reads a network of IPv4, whose host bits must be zero: `172.17.13.0/24`, not `172.17.13.1/24`. */
export function parseNetwork(text: string): Cidr {
  return withoutHostBits(parseCidr(text), text)
}

/** Reads a network of IPv6, whose host bits must be zero: `fd00:172:17::/48`. */
export function parseNetwork6(text: string): Cidr {
  return withoutHostBits(parseCidr6(text), text)
}

/** Reads a network of either family, whose host bits must be zero. */
export function parseAnyNetwork(text: string): Cidr {
  return withoutHostBits(parseAnyCidr(text), text)
}

function parse(text: string, {family, example}: {readonly family: IpFamily; readonly example: string}): Cidr {
  const [address = '', length = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,3}$/.test(length) || Number(length) > lengths[family])
    throw new NetError(`"${text}" is not a network; expected an address and a length, like ${example}`)
  const ip = family === 'IPv4' ? parseIp(address) : parseIp6(address)
  return cidrOf(ip, Number(length))
}

function withoutHostBits(cidr: Cidr, text: string): Cidr {
  if (networkOf(cidr) !== cidr)
    throw new NetError(`"${text}" has host bits set; the network that it lies in is ${networkOf(cidr)}`)
  return cidr
}

/** How many bits an address has. */
const lengths: Readonly<Record<IpFamily, number>> = {IPv4: 32, IPv6: 128}

export function cidrOf(ip: Ip, length: number): Cidr {
  return `${ip}/${length}` as Cidr
}

/** The network of this one address: `10.0.20.4/32`. */
export function hostCidr(ip: Ip): Cidr {
  return cidrOf(ip, lengths[familyOf(ip)])
}

/** Whether the network has one address only. */
export function isHost(cidr: Cidr): boolean {
  return prefixLength(cidr) === lengths[familyOf(cidr)]
}

/** All addresses of a family: where a default route leads to. */
export function everywhere(family: IpFamily): Cidr {
  return (family === 'IPv4' ? '0.0.0.0/0' : '::/0') as Cidr
}

/** The address part: `172.17.13.1` of `172.17.13.1/24`. */
export function addressOf(cidr: Cidr): Ip {
  return cidr.slice(0, cidr.indexOf('/')) as Ip
}

export function prefixLength(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1))
}

/** How many addresses the network has; a power of two, which a number holds exactly however large it is. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (lengths[familyOf(cidr)] - prefixLength(cidr))
}

/** The network that an address with prefix lies in: `172.17.13.0/24` of `172.17.13.1/24`. */
export function networkOf(cidr: Cidr): Cidr {
  const first = familyOf(cidr) === 'IPv4' ? ipOf(firstNumber(cidr)) : ip6Of(firstNumber6(cidr))
  return cidrOf(first, prefixLength(cidr))
}

/** The address `index` places after the network's own; throws NetError when it lies outside. */
export function nth(cidr: Cidr, index: number): Ip {
  if (index < 0 || index >= sizeOf(cidr)) throw new NetError(`${cidr} has no address number ${index}`)
  return familyOf(cidr) === 'IPv4' ? ipOf(firstNumber(cidr) + index) : ip6Of(firstNumber6(cidr) + BigInt(index))
}

/** How many places after the network's own an address of the same family stands: what `nth` was told. Negative before it. */
export function indexOf(cidr: Cidr, ip: Ip): number {
  if (familyOf(cidr) === 'IPv4') return ipNumber(ip) - firstNumber(cidr)
  return Number(ip6Number(ip) - firstNumber6(cidr))
}

/** An address of the other family lies in no network of this one. */
export function contains(cidr: Cidr, ip: Ip): boolean {
  if (familyOf(cidr) !== familyOf(ip)) return false
  if (familyOf(cidr) === 'IPv6')
    return ip6Number(ip) >> hostBits6(cidr) === ip6Number(addressOf(cidr)) >> hostBits6(cidr)
  const offset = ipNumber(ip) - firstNumber(cidr)
  return offset >= 0 && offset < sizeOf(cidr)
}

export function overlaps(a: Cidr, b: Cidr): boolean {
  return contains(a, addressOf(networkOf(b))) || contains(b, addressOf(networkOf(a)))
}

function firstNumber(cidr: Cidr): number {
  const number = ipNumber(addressOf(cidr))
  return number - (number % sizeOf(cidr))
}

function firstNumber6(cidr: Cidr): bigint {
  return (ip6Number(addressOf(cidr)) >> hostBits6(cidr)) << hostBits6(cidr)
}

function hostBits6(cidr: Cidr): bigint {
  return BigInt(lengths.IPv6 - prefixLength(cidr))
}
