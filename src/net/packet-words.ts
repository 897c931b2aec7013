import type {Dns, Icmp, Layer, Packet, Tcp} from './packet.ts'

/**
 * Says in one line what a packet is, for people. TCP's numbers count from the start of a connection once that was seen, and are the
 * raw ones otherwise. So it remembers; one for each capture, and each interface.
 */
export type PacketWords = (packet: Packet) => string

export function packetWords(): PacketWords {
  const starts = new Map<string, number>()
  return packet => line(packet, starts)
}

type Starts = Map<string, number>

function line(packet: Packet, starts: Starts): string {
  const [first, ...rest] = packet[0]?.layer === 'ethernet' ? packet.slice(1) : packet
  if (!first) return 'an empty frame'
  switch (first.layer) {
    case 'arp':
      return first.operation === 'request'
        ? `ARP  who has ${first.target}? tell ${first.sender}`
        : `ARP  ${first.sender} is at ${first.senderMac}`
    case 'ipv4':
      return `${ipWords(first, rest, starts)}, ttl ${first.ttl}`
    case 'ipv6':
      return `${ipWords(first, rest, starts)}, hop limit ${first.hopLimit}`
    default:
      return dataWords(first)
  }
}

type IpEnds = {readonly source: string; readonly destination: string; readonly fragment?: {readonly offset: number}}

function ipWords(ip: IpEnds, rest: Packet, starts: Starts): string {
  const [payload, ...inside] = rest
  const piece = ip.fragment ? `, fragment from byte ${ip.fragment.offset}` : ''
  const ends = `${ip.source} → ${ip.destination}`
  if (payload?.layer === 'icmp') return `ICMP ${ends}  ${icmpWords(payload, starts)}${piece}`
  if (payload?.layer === 'tcp' || payload?.layer === 'udp') {
    const withPorts = `${ip.source}:${payload.sourcePort} → ${ip.destination}:${payload.destinationPort}`
    if (payload.layer === 'tcp') return `TCP  ${withPorts}  ${tcpWords(payload, {withPorts, inside, starts})}${piece}`
    return `UDP  ${withPorts}  ${udpWords(payload.carries, inside, starts)}${piece}`
  }
  return `IP   ${ends}  ${payload ? dataWords(payload) : 'nothing inside'}${piece}`
}

function tcpWords(tcp: Tcp, {withPorts, inside, starts}: {withPorts: string; inside: Packet; starts: Starts}): string {
  const back = withPorts.split(' → ').reverse().join(' → ')
  if (tcp.flags.includes('SYN')) remember(starts, withPorts, tcp.sequence)
  const sequence = since(starts.get(withPorts), tcp.sequence)
  const acknowledged = since(starts.get(back), tcp.acknowledgement)
  const [data] = inside
  return [
    tcp.flags.join(' ') || 'no flags',
    `, seq ${sequence}`,
    tcp.flags.includes('ACK') ? `, ack ${acknowledged}` : '',
    `, win ${tcp.window}`,
    tcp.carries > 0 ? `, ${bytesWord(tcp.carries)}${data?.layer === 'data' ? preview(data.bytes) : ''}` : '',
  ].join('')
}

/* As many connections as are remembered; the oldest are forgotten first. */
const mostConnections = 10_000

function remember(starts: Starts, key: string, sequence: number): void {
  starts.delete(key)
  starts.set(key, sequence)
  if (starts.size > mostConnections) starts.delete(starts.keys().next().value ?? '')
}

/* TCP counts bytes modulo 2^32. */
function since(start: number | undefined, number: number): number {
  return start === undefined ? number : (number - start) >>> 0
}

function udpWords(carries: number, inside: Packet, starts: Starts): string {
  const [first, ...rest] = inside
  switch (first?.layer) {
    case 'vxlan':
      return `VXLAN ${first.vni} [${line(rest, starts)}]`
    case 'flannel-udp':
      return `flannel [${line(rest, starts)}]`
    case 'dns':
      return `DNS ${dnsWords(first)}`
    default:
      return bytesWord(carries)
  }
}

function dnsWords({question, response}: Dns): string {
  const asked = question ? `${question.type} ${question.name}` : 'no question'
  if (!response) return `${asked}?`
  const answer = response.code === 'NOERROR' ? response.answers.join(', ') || 'no such records' : response.code
  return `${asked}: ${answer}`
}

function icmpWords({type, code, id, sequence, mtu, about}: Icmp, starts: Starts): string {
  if (id !== undefined) return `echo ${type === 8 ? 'request' : 'reply'}, id ${id}, seq ${sequence}`
  const what = meanings[`${type}/${code}`] ?? meanings[`${type}`] ?? `type ${type} code ${code}`
  const through = mtu === undefined ? '' : ` (at most ${mtu} bytes go through)`
  return `${what}${through}${about ? `, about [${line(about, starts)}]` : ''}`
}

const meanings: Readonly<Record<string, string>> = {
  '3/0': 'network unreachable',
  '3/1': 'host unreachable',
  '3/2': 'protocol unreachable',
  '3/3': 'port unreachable',
  '3/4': 'fragmentation needed, but forbidden',
  '3/9': 'network prohibited',
  '3/10': 'host prohibited',
  '3/13': 'forbidden by a filter',
  '5': 'redirect: there is a shorter way',
  '11/0': 'time to live exceeded on the way',
  '11/1': 'fragments did not arrive in time',
}

function dataWords(layer: Layer): string {
  if (layer.layer !== 'data') return layer.layer
  return `${bytesWord(layer.bytes.length)}${layer.because ? ` (${layer.because})` : ''}`
}

function bytesWord(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`
}

/* The first line, where it is text: the head of an HTTP message, say. */
function preview(bytes: Uint8Array): string {
  const [, text] =
    Buffer.from(bytes.subarray(0, 80))
      .toString('latin1')
      .match(/^([ -~]{4,60})(?=[\r\n]|$|[ -~])/) ?? []
  return text === undefined ? '' : `: ${text}`
}
