import {type Ip, ipNumber, ipOf, parseIp} from './ip.ts'
import {NetError} from './net-error.ts'

declare const brand: unique symbol

/** An address with its prefix length: a network (`172.17.0.0/16`) or an address on a link (`172.17.13.1/24`). */
export type Cidr = string & {readonly [brand]: 'Cidr'}

/** Reads `address/length`, host bits allowed; throws NetError for anything else. */
export function parseCidr(text: string): Cidr {
  const [address = '', length = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32)
    throw new NetError(`"${text}" is not a network; expected an address and a length, like 172.17.0.0/16`)
  parseIp(address)
  return `${address}/${Number(length)}` as Cidr
}

/** Reads a network, whose host bits must be zero: `172.17.13.0/24`, not `172.17.13.1/24`. */
export function parseNetwork(text: string): Cidr {
  const cidr = parseCidr(text)
  if (networkOf(cidr) !== cidr)
    throw new NetError(`"${text}" has host bits set; the network that it lies in is ${networkOf(cidr)}`)
  return cidr
}

export function cidrOf(ip: Ip, length: number): Cidr {
  return `${ip}/${length}` as Cidr
}

/** The address part: `172.17.13.1` of `172.17.13.1/24`. */
export function addressOf(cidr: Cidr): Ip {
  return cidr.slice(0, cidr.indexOf('/')) as Ip
}

export function prefixLength(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1))
}

/** How many addresses the network has. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - prefixLength(cidr))
}

/** The network that an address with prefix lies in: `172.17.13.0/24` of `172.17.13.1/24`. */
export function networkOf(cidr: Cidr): Cidr {
  return cidrOf(ipOf(firstNumber(cidr)), prefixLength(cidr))
}

/** The address `index` places after the network's own; throws NetError when it lies outside. */
export function nth(cidr: Cidr, index: number): Ip {
  if (index < 0 || index >= sizeOf(cidr)) throw new NetError(`${cidr} has no address number ${index}`)
  return ipOf(firstNumber(cidr) + index)
}

export function contains(cidr: Cidr, ip: Ip): boolean {
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
