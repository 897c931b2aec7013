import {type Ip, ipOf} from './ip.ts'
import {ip6OfGroups} from './ip6.ts'
import type {Mac} from './mac.ts'

/** The MAC address at a place of a packet; each of these throws RangeError beyond the end. */
export function macAt(bytes: Buffer, at: number): Mac {
  if (bytes.length < at + 6) throw new RangeError()
  return (bytes.toString('hex', at, at + 6).match(/../g) ?? []).join(':') as Mac
}

export function ipAt(bytes: Buffer, at: number): Ip {
  return ipOf(bytes.readUInt32BE(at))
}

/** An IPv6 address as text: the longest run of zero groups becomes `::`. */
export function ipv6At(bytes: Buffer, at: number): Ip {
  return ip6OfGroups(Array.from({length: 8}, (_, group) => bytes.readUInt16BE(at + group * 2)))
}
