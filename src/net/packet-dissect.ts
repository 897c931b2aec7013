import type {Ipv4, Packet} from './packet.ts'
import {ipAt, ipv6At, macAt} from './packet-bytes.ts'
import type {LinkType} from './packet-file.ts'
import {dissectTransport} from './packet-transport.ts'

/** Takes a packet apart. Never throws: what is cut off, broken or unknown is `data`, with the reason. */
export function dissect(bytes: Uint8Array, first: LinkType = 'ethernet', depth = 0): Packet {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (depth > deepest) return [{layer: 'data', bytes, because: 'too many packets in each other'}]
  return first === 'ethernet' ? guarded(ethernet, 'Ethernet')(buffer, depth) : ip(buffer, depth)
}

/* A tunnel in a tunnel is strange, and an error about an error is forbidden. */
const deepest = 4

type Dissector = (bytes: Buffer, depth: number) => Packet

/** A dissector whose reads beyond the end are answered with `data`. */
function guarded(dissector: Dissector, name: string): Dissector {
  return (bytes, depth) => {
    try {
      return dissector(bytes, depth)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return [{layer: 'data', bytes, because: `its ${name} header is cut off`}]
    }
  }
}

function ethernet(bytes: Buffer, depth: number): Packet {
  const type = bytes.readUInt16BE(12)
  const header = {layer: 'ethernet', destination: macAt(bytes, 0), source: macAt(bytes, 6), type} as const
  return [header, ...(etherTypes[type] ?? unknownType(type))(bytes.subarray(14), depth)]
}

function ip(bytes: Buffer, depth: number): Packet {
  if (bytes.length === 0) return [{layer: 'data', bytes, because: 'it is empty'}]
  switch ((bytes[0] ?? 0) >> 4) {
    case 4:
      return guarded(ipv4, 'IP')(bytes, depth)
    case 6:
      return guarded(ipv6, 'IPv6')(bytes, depth)
    default:
      return [{layer: 'data', bytes, because: 'it begins with no IP header'}]
  }
}

const etherTypes: Readonly<Record<number, Dissector>> = {2048: ip, 34525: ip, 2054: guarded(arp, 'ARP')}

function unknownType(type: number): Dissector {
  const because =
    type < 0x0600 ? 'it is a frame of 802.2 (spanning tree?)' : `its type is 0x${type.toString(16).padStart(4, '0')}`
  return bytes => [{layer: 'data', bytes, because}]
}

function arp(bytes: Buffer): Packet {
  const kind = bytes.readUInt32BE(0) === 0x00010800 && bytes.readUInt16BE(4) === 0x0604
  const operation = ({1: 'request', 2: 'reply'} as const)[bytes.readUInt16BE(6)]
  const sender = ipAt(bytes, 14)
  const target = ipAt(bytes, 24)
  if (!kind || !operation) return [{layer: 'data', bytes, because: 'it is no ARP of Ethernet and IPv4'}]
  return [{layer: 'arp', operation, senderMac: macAt(bytes, 8), sender, target}]
}

function ipv4(bytes: Buffer, depth: number): Packet {
  const headerLength = ((bytes[0] ?? 0) & 15) * 4
  const length = bytes.readUInt16BE(2)
  const pieces = bytes.readUInt16BE(6)
  const header: Ipv4 = {
    layer: 'ipv4',
    source: ipAt(bytes, 12),
    destination: ipAt(bytes, 16),
    ttl: bytes.readUInt8(8),
    protocol: bytes.readUInt8(9),
    length,
    dontFragment: (pieces & 0x4000) !== 0,
    ...((pieces & 0x3fff) !== 0 && {fragment: {offset: (pieces & 0x1fff) * 8, last: (pieces & 0x2000) === 0}}),
  }
  if (headerLength < 20 || length < headerLength)
    return [header, {layer: 'data', bytes: bytes.subarray(20), because: 'its lengths contradict each other'}]
  const payload = bytes.subarray(headerLength, length)
  if (header.fragment && header.fragment.offset > 0) return [header, {layer: 'data', bytes: payload}]
  const inside = {protocol: header.protocol, length: length - headerLength, whole: header.fragment === undefined}
  return [header, ...dissectTransport(payload, inside, (inner, first) => dissect(inner, first, depth + 1))]
}

/* Options for routers on the way, a header of its own before the real next one. */
const hopByHop = 0

function ipv6(bytes: Buffer, depth: number): Packet {
  const length = bytes.readUInt16BE(4)
  const next = bytes.readUInt8(6)
  const header = {
    layer: 'ipv6',
    source: ipv6At(bytes, 8),
    destination: ipv6At(bytes, 24),
    hopLimit: bytes.readUInt8(7),
    next,
  } as const
  const options = next === hopByHop ? (bytes.readUInt8(41) + 1) * 8 : 0
  const payload = bytes.subarray(40 + options, 40 + length)
  const protocol = next === hopByHop ? bytes.readUInt8(40) : next
  const inside = {protocol, length: length - options, whole: true}
  return [header, ...dissectTransport(payload, inside, (inner, first) => dissect(inner, first, depth + 1))]
}
