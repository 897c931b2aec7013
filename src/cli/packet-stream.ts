import type {Packet} from '../net/packet.ts'
import {dissect} from '../net/packet-dissect.ts'
import {type CapturedPacket, type PacketBlock, printBlock} from '../net/packet-file.ts'
import type {PacketFilter} from '../net/packet-filter.ts'
import {packetWords} from '../net/packet-words.ts'

/** A capture on its way to the user: keeps what is wanted and counts. */
export type PacketStream = {
  /** What to write for a block, if anything. */
  print(block: PacketBlock): Uint8Array | undefined
  readonly counts: {seen: number; kept: number; dropped: bigint}
  /** Whether some interfaces have an Ethernet header and others none: Wireshark reads such a file, tcpdump does not. */
  isMixed(): boolean
}

/** Prints packets as lines of text or as the pcapng that they are; at most `count` that pass the filter. */
export function packetStream({
  as,
  filter,
  count,
}: {
  as: 'lines' | 'pcapng'
  filter: PacketFilter
  count: number
}): PacketStream {
  const links: Extract<PacketBlock, {block: 'interface'}>[] = []
  const counts = {seen: 0, kept: 0, dropped: 0n}
  const line = linePrinter()
  const keeps = (packet: Packet) => {
    counts.seen++
    if (counts.kept >= count || !filter(packet)) return false
    counts.kept++
    return true
  }
  return {
    counts,
    isMixed: () => new Set(links.map(({linkType}) => linkType)).size > 1,
    print: block => {
      if (block.block === 'interface') links.push(block)
      if (block.block === 'statistics') counts.dropped += block.dropped
      if (block.block !== 'packet') return as === 'pcapng' ? printBlock(block) : undefined
      const link = links[block.interface]
      const packet = dissect(block.bytes, link?.linkType)
      if (!keeps(packet)) return undefined
      return as === 'pcapng' ? printBlock(block) : Buffer.from(line(block, packet, link?.name ?? '?'))
    },
  }
}

/* The time of day here, the interface, whether the packet came in or went out there, and what it is. */
function linePrinter(): (captured: CapturedPacket, packet: Packet, link: string) => string {
  const words = packetWords()
  return ({at, direction}, packet, link) =>
    `${timeOfDay(at)} ${link.padEnd(11)} ${(direction ?? '').padEnd(3)} ${words(packet)}\n`
}

function timeOfDay(at: bigint): string {
  const time = new Date(Number(at / 1_000_000n))
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map(number =>
    String(number).padStart(2, '0'),
  )
  return `${hours}:${minutes}:${seconds}.${String((at / 1000n) % 1_000_000n).padStart(6, '0')}`
}
