import {type Cidr, contains, networkOf, parseCidr} from './cidr.ts'
import {type Ip, parseIp} from './ip.ts'
import type {Layer, Packet} from './packet.ts'

/**
 * Which packets to keep, in the words of tcpdump, of which podlab knows these:
 *
 *   filter = and {or and}      and = not {[and] not}      not = (not | !) not | ( filter ) | term
 *   term   = arp | ip | ip6 | icmp | tcp | udp | vxlan | dns
 *          | [src | dst] (host IP | net CIDR)     | [tcp | udp] [src | dst] port NUMBER
 *
 * As in tcpdump, addresses and ports are those of the outermost headers; what is inside of a tunnel does not count.
 */
export type PacketFilter = (packet: Packet) => boolean

/** A filter that is none; the message shows the word where it fails. */
export class FilterError extends Error {
  override readonly name = 'FilterError'
}

/** Reads a filter; nothing at all lets everything through. Throws FilterError. */
export function parseFilter(text: string): PacketFilter {
  const words = text.match(/[()!]|[^\s()!]+/g) ?? []
  if (words.length === 0) return () => true
  const reader: Words = {words, at: 0}
  const filter = parseOr(reader)
  if (reader.at < words.length) throw unexpected(reader)
  return packet => filter(outer(packet))
}

type Words = {readonly words: readonly string[]; at: number}

function parseOr(words: Words): PacketFilter {
  const parts = [parseAnd(words)]
  while (take(words, 'or', '||')) parts.push(parseAnd(words))
  return packet => parts.some(part => part(packet))
}

function parseAnd(words: Words): PacketFilter {
  const parts = [parseNot(words)]
  for (;;) {
    const next = words.words[words.at]
    if (next === undefined || next === ')' || next === 'or' || next === '||') break
    take(words, 'and', '&&')
    parts.push(parseNot(words))
  }
  return packet => parts.every(part => part(packet))
}

function parseNot(words: Words): PacketFilter {
  if (take(words, 'not', '!')) {
    const inner = parseNot(words)
    return packet => !inner(packet)
  }
  if (!take(words, '(')) return parseTerm(words)
  const inner = parseOr(words)
  if (!take(words, ')')) throw unexpected(words, 'a closing bracket')
  return inner
}

function parseTerm(words: Words): PacketFilter {
  const transport = takeTransport(words)
  const side = takeSide(words)
  if (take(words, 'port')) {
    const port = takePort(words)
    return packet =>
      packet.some(layer => (transport ?? layer.layer) === layer.layer && portsOf(layer, side).includes(port))
  }
  if (transport !== undefined) throw unexpected(words, 'port')
  if (take(words, 'host')) {
    const host = takeRead(words, parseIp)
    return packet => packet.some(layer => addressesOf(layer, side).includes(host))
  }
  if (take(words, 'net')) {
    const net = networkOf(takeRead<Cidr>(words, parseCidr))
    return packet => packet.some(layer => addressesOf(layer, side).some(address => contains(net, address)))
  }
  if (side !== undefined) throw unexpected(words, 'host, net or port')
  const layer = layers.get(words.words[words.at] ?? '')
  if (layer === undefined) throw unexpected(words)
  words.at++
  return packet => packet.some(one => one.layer === layer)
}

const layers: ReadonlyMap<string, Layer['layer']> = new Map([
  ['arp', 'arp'],
  ['ip', 'ipv4'],
  ['ip6', 'ipv6'],
  ['icmp', 'icmp'],
  ['tcp', 'tcp'],
  ['udp', 'udp'],
  ['vxlan', 'vxlan'],
  ['dns', 'dns'],
])

type Side = 'src' | 'dst' | undefined

/* `tcp` and `udp` stand before a port, or alone. */
function takeTransport(words: Words): 'tcp' | 'udp' | undefined {
  const [word, next = ''] = words.words.slice(words.at)
  if ((word !== 'tcp' && word !== 'udp') || !['src', 'dst', 'port'].includes(next)) return undefined
  words.at++
  return word
}

function takeSide(words: Words): Side {
  return take(words, 'src') ? 'src' : take(words, 'dst') ? 'dst' : undefined
}

function takePort(words: Words): number {
  const word = words.words[words.at] ?? ''
  if (!/^\d{1,5}$/.test(word) || Number(word) > 65535) throw unexpected(words, 'a port number')
  words.at++
  return Number(word)
}

function takeRead<T>(words: Words, read: (text: string) => T): T {
  const word = words.words[words.at]
  if (word === undefined) throw unexpected(words, 'an address')
  try {
    const value = read(word)
    words.at++
    return value
  } catch (cause) {
    throw new FilterError(`in the filter: ${(cause as Error).message}`, {cause})
  }
}

function take(words: Words, ...wanted: readonly string[]): boolean {
  if (!wanted.includes(words.words[words.at] ?? '')) return false
  words.at++
  return true
}

function unexpected({words, at}: Words, wanted = terms): FilterError {
  const found = words[at] === undefined ? 'it ends' : `there is "${words[at]}"`
  return new FilterError(`the filter "${words.join(' ')}" cannot be read: ${found} where ${wanted} should be`)
}

const terms = `one of ${[...layers.keys()].join(', ')}, host, net, port, src, dst, not`

/* An error's quoted packet and a tunnel's inner one do not count. */
function outer(packet: Packet): Packet {
  const tunnel = packet.findIndex(({layer}) => layer === 'vxlan' || layer === 'flannel-udp')
  return tunnel < 0 ? packet : packet.slice(0, tunnel + 1)
}

function portsOf(layer: Layer, side: Side): readonly number[] {
  if (layer.layer !== 'tcp' && layer.layer !== 'udp') return []
  return sided([layer.sourcePort, layer.destinationPort], side)
}

function addressesOf(layer: Layer, side: Side): readonly Ip[] {
  if (layer.layer === 'ipv4') return sided([layer.source, layer.destination], side)
  return layer.layer === 'arp' ? sided([layer.sender, layer.target], side) : []
}

function sided<T>([source, destination]: readonly [T, T], side: Side): readonly T[] {
  return side === 'src' ? [source] : side === 'dst' ? [destination] : [source, destination]
}
