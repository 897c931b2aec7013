/*
 * What flannel does to an IPv4 packet on its way, in the bytes of the packet.
 *
 *   byte  0  version and header length (in words of 4 bytes)     byte  9  protocol
 *         2  total length                                             10  header checksum
 *         6  flags and fragment offset                                12  source
 *         8  time to live                                             16  destination
 */

/** Whether the bytes are an IPv4 packet whose header is all there. */
export function isIpv4(packet: Uint8Array, length: number): boolean {
  return length >= shortestHeader && byte(packet, 0) >> 4 === 4 && length >= headerLength(packet)
}

/** The destination, as an unsigned 32-bit number. */
export function destinationOf(packet: Uint8Array): number {
  return ((byte(packet, 16) << 24) | (byte(packet, 17) << 16) | (byte(packet, 18) << 8) | byte(packet, 19)) >>> 0
}

/**
 * Takes one off the packet's time to live, in place; false when nothing of it is left: such a packet goes no further. The
 * checksum is not computed anew: where a word of the header gets less, the sum of them, of which the checksum is the complement,
 * gets more (RFC 1624).
 */
export function decrementTtl(packet: Uint8Array): boolean {
  const ttl = byte(packet, 8)
  if (ttl <= 1) return false
  packet[8] = ttl - 1
  const sum = (byte(packet, 10) << 8) + byte(packet, 11) + 0x100
  const checksum = sum >= 0xffff ? sum + 1 : sum
  packet[10] = (checksum >> 8) & 0xff
  packet[11] = checksum & 0xff
  return true
}

/**
 * The ICMP message that says that nobody knows the way to this packet's destination (network unreachable), from the node's
 * own flannel address. Nothing answers ICMP, for errors about errors would never end, and nothing a fragment but the first:
 * then there is none.
 */
export function netUnreachable(packet: Uint8Array, length: number, source: number): Uint8Array | undefined {
  const fragmentOffset = ((byte(packet, 6) & 0x1f) << 8) | byte(packet, 7)
  if (byte(packet, 9) === icmp || fragmentOffset !== 0) return undefined
  const quoted = packet.subarray(0, Math.min(length, headerLength(packet) + 8))
  const message = new Uint8Array(shortestHeader + icmpHeader + quoted.length)
  message.set([0x45, 0, message.length >> 8, message.length & 0xff], 0)
  message.set([answerTtl, icmp], 8)
  message.set([source >>> 24, (source >>> 16) & 0xff, (source >>> 8) & 0xff, source & 0xff], 12)
  message.set(packet.subarray(12, 16), 16)
  message.set([destinationUnreachable, netUnreachableCode], shortestHeader)
  message.set(quoted, shortestHeader + icmpHeader)
  writeChecksum(message.subarray(0, shortestHeader), 10)
  writeChecksum(message.subarray(shortestHeader), 2)
  return message
}

const shortestHeader = 20
const icmpHeader = 8
const icmp = 1
const destinationUnreachable = 3
const netUnreachableCode = 0

/** What flannel gives its answers: they have no far way to go. */
const answerTtl = 8

function headerLength(packet: Uint8Array): number {
  return Math.max(shortestHeader, (byte(packet, 0) & 0xf) * 4)
}

function writeChecksum(bytes: Uint8Array, at: number): void {
  let sum = 0
  for (let index = 0; index < bytes.length; index += 2) sum += (byte(bytes, index) << 8) | byte(bytes, index + 1)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  bytes[at] = (~sum >> 8) & 0xff
  bytes[at + 1] = ~sum & 0xff
}

/** Past the end there are zeros. */
function byte(packet: Uint8Array, index: number): number {
  return packet[index] ?? 0
}
