import {type Packet, type Tcp, tcpFlags} from './packet.ts'
import {dissectDns} from './packet-dns.ts'
import type {LinkType} from './packet-file.ts'

/** What an IP header says of its payload: protocol, length in bytes, and whether it is no fragment. */
type Inside = {readonly protocol: number; readonly length: number; readonly whole: boolean}

/** Takes a packet inside a packet apart. */
type Inner = (bytes: Uint8Array, first: LinkType) => Packet

/** Takes apart what an IP header carries: ICMP, TCP, UDP and the tunnels in UDP. */
export function dissectTransport(bytes: Buffer, inside: Inside, inner: Inner): Packet {
  const dissector = protocols[inside.protocol]
  if (!dissector) return [{layer: 'data', bytes, because: otherProtocol(bytes, inside.protocol)}]
  try {
    return dissector(bytes, inside, inner)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return [{layer: 'data', bytes, because: 'its inner header is cut off'}]
  }
}

type Transport = (bytes: Buffer, inside: Inside, inner: Inner) => Packet

const protocols: Readonly<Record<number, Transport>> = {1: icmp, 6: tcp, 17: udp}

function otherProtocol(bytes: Buffer, protocol: number): string {
  if (protocol !== 58) return `its protocol is number ${protocol}`
  const kind = icmpv6Kinds[bytes[0] ?? 0]
  return `ICMPv6${kind === undefined ? '' : ` ${kind}`}`
}

/* What a node says by itself where IPv6 is on. */
const icmpv6Kinds: Readonly<Record<number, string>> = {
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  143: 'multicast groups',
}

function icmp(bytes: Buffer, _: Inside, inner: Inner): Packet {
  const type = bytes.readUInt8(0)
  const code = bytes.readUInt8(1)
  const rest = bytes.subarray(8)
  bytes.readUInt32BE(4)
  if (type === 0 || type === 8)
    return [{layer: 'icmp', type, code, id: bytes.readUInt16BE(4), sequence: bytes.readUInt16BE(6)}, ...data(rest)]
  if (!quoting.includes(type)) return [{layer: 'icmp', type, code}, ...data(rest)]
  const mtu = type === 3 && code === 4 ? bytes.readUInt16BE(6) : 0
  return [{layer: 'icmp', type, code, ...(mtu > 0 && {mtu}), about: inner(rest, 'ip')}]
}

/* Unreachable, quench, redirect, time exceeded, parameter problem: each quotes the packet that it is about. */
const quoting = [3, 4, 5, 11, 12]

function tcp(bytes: Buffer, {length}: Inside): Packet {
  const headerLength = (bytes.readUInt8(12) >> 4) * 4
  const bits = bytes.readUInt8(13)
  const header: Tcp = {
    layer: 'tcp',
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    acknowledgement: bytes.readUInt32BE(8),
    flags: tcpFlags.filter((_, bit) => (bits & (1 << bit)) !== 0),
    window: bytes.readUInt16BE(14),
    carries: Math.max(0, length - headerLength),
  }
  if (headerLength < 20 || headerLength > length)
    return [header, {layer: 'data', bytes: bytes.subarray(20), because: 'its lengths contradict each other'}]
  return [header, ...data(bytes.subarray(headerLength))]
}

function udp(bytes: Buffer, {length, whole}: Inside, inner: Inner): Packet {
  const [sourcePort, destinationPort] = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)]
  const carries = Math.max(0, bytes.readUInt16BE(4) - 8)
  const header = {layer: 'udp', sourcePort, destinationPort, carries} as const
  const payload = bytes.subarray(8, 8 + carries)
  if (!whole || carries + 8 > length) return [header, ...data(payload)]
  const ports = [destinationPort, sourcePort]
  const [, open] = tunnels.find(([port]) => ports.includes(port)) ?? []
  return [header, ...(open?.(payload, inner) ?? data(payload))]
}

type Tunnel = (payload: Buffer, inner: Inner) => Packet | undefined

/* A port is a hint only: the bytes have to look like it, too. */
const tunnels: readonly (readonly [port: number, open: Tunnel])[] = [
  [8472, vxlan],
  [4789, vxlan],
  [8285, flannelUdp],
  [53, payload => dissectDns(payload)],
]

function vxlan(payload: Buffer, inner: Inner): Packet | undefined {
  const valid = payload.length >= 8 && payload.readUInt32BE(0) === 0x08000000 && payload.readUInt8(7) === 0
  return valid
    ? [{layer: 'vxlan', vni: payload.readUIntBE(4, 3)}, ...inner(payload.subarray(8), 'ethernet')]
    : undefined
}

function flannelUdp(payload: Buffer, inner: Inner): Packet | undefined {
  const valid = payload.length >= 20 && payload.readUInt8(0) >> 4 === 4 && payload.readUInt16BE(2) === payload.length
  return valid ? [{layer: 'flannel-udp'}, ...inner(payload, 'ip')] : undefined
}

function data(bytes: Buffer): Packet {
  return bytes.length === 0 ? [] : [{layer: 'data', bytes}]
}
