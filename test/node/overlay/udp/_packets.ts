/** The bytes of a packet, given as people write them down: words of hexadecimal digits. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))
}

export function hex(packet: Uint8Array): string {
  return Buffer.from(packet)
    .toString('hex')
    .replace(/(.{4})(?=.)/g, '$1 ')
}

/** The sum that a receiver makes of a header: 0xffff when its checksum is right. */
export function headerSum(header: Uint8Array): number {
  let sum = 0
  for (let index = 0; index < header.length; index += 2) sum += ((header[index] ?? 0) << 8) | (header[index + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return sum
}

export type Header = {
  readonly ttl?: number
  readonly protocol?: number
  readonly to?: string
  readonly fragmentOffset?: number
  readonly payload?: string
}

/** A packet from 172.17.13.2, with a right checksum; UDP to 172.17.12.2 unless something else is said. */
export function packetOf({ttl = 64, protocol = 17, to = '172.17.12.2', fragmentOffset = 0, payload = ''}: Header = {}) {
  const data = bytes(payload)
  const packet = new Uint8Array(20 + data.length)
  packet.set([0x45, 0, 0, packet.length, 0x12, 0x34, fragmentOffset >> 8, fragmentOffset & 0xff, ttl, protocol])
  packet.set([172, 17, 13, 2, ...to.split('.').map(Number)], 12)
  packet.set(data, 20)
  const checksum = ~headerSum(packet.subarray(0, 20))
  packet.set([(checksum >> 8) & 0xff, checksum & 0xff], 10)
  return packet
}
