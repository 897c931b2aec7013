/**
 * A capture as a file: pcapng, which Wireshark and tcpdump read. A file is a row of blocks: first a section header, then a
 * description of each interface before its first packet, packets with the number of their interface, and at the end counts. So
 * a capture can be written while it goes on, also into a pipe.
 */
export type PacketBlock =
  | {readonly block: 'section'; readonly application: string}
  | {readonly block: 'interface'; readonly name: string; readonly linkType: LinkType}
  | ({readonly block: 'packet'} & CapturedPacket)
  /** What the kernel says at the end: `dropped` came too fast to be kept. */
  | {
      readonly block: 'statistics'
      readonly interface: number
      readonly at: bigint
      readonly received: bigint
      readonly dropped: bigint
    }

export type CapturedPacket = {
  /** The interface's place among those of the file, from 0. */
  readonly interface: number
  /** Nanoseconds since 1970. */
  readonly at: bigint
  readonly direction?: 'in' | 'out'
  /** How long it was on the wire, in bytes; `bytes` may be fewer. */
  readonly length: number
  readonly bytes: Uint8Array
}

/** What a packet begins with: an Ethernet header, or, in a tunnel without one, the IP header. */
export type LinkType = keyof typeof linkTypes

export const linkTypes = {ethernet: 1, ip: 101} as const

export const blockTypes = {section: 0x0a0d0d0a, interface: 1, statistics: 5, packet: 6} as const
export const byteOrderMagic = 0x1a2b3c4d
export const options = {end: 0, application: 4, name: 2, timeResolution: 9, flags: 2, received: 4, dropped: 5} as const
/** The longest packet that is kept, in bytes: with offloads one on a veth pair may be larger than 64 KiB by its headers. */
export const snapLength = 0x40000

/** The bytes of one block. */
export function printBlock(block: PacketBlock): Uint8Array {
  switch (block.block) {
    case 'section':
      return frame(blockTypes.section, [
        numbers(u32(byteOrderMagic), u16(1), u16(0), u64(unknownLength)),
        option(options.application, text(block.application)),
        endOfOptions,
      ])
    case 'interface':
      return frame(blockTypes.interface, [
        numbers(u16(linkTypes[block.linkType]), u16(0), u32(snapLength)),
        option(options.name, text(block.name)),
        option(options.timeResolution, Uint8Array.of(9)),
        endOfOptions,
      ])
    case 'packet':
      return frame(blockTypes.packet, [
        numbers(u32(block.interface), ...time(block.at), u32(block.bytes.length), u32(block.length)),
        padded(block.bytes),
        ...(block.direction
          ? [option(options.flags, numbers(u32(block.direction === 'in' ? 1 : 2))), endOfOptions]
          : []),
      ])
    case 'statistics':
      return frame(blockTypes.statistics, [
        numbers(u32(block.interface), ...time(block.at)),
        option(options.received, numbers(u64(block.received))),
        option(options.dropped, numbers(u64(block.dropped))),
        endOfOptions,
      ])
  }
}

const unknownLength = 0xffff_ffff_ffff_ffffn

/* A block's length stands before and after it, so that a file can be read backwards too. */
function frame(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(parts)
  const length = u32(body.length + 12)
  return Buffer.concat([numbers(u32(type), length), body, numbers(length)])
}

function option(code: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([numbers(u16(code), u16(value.length)), padded(value)])
}

const endOfOptions = new Uint8Array(4)

function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(4 - (bytes.length % 4))])
}

type Field = {readonly size: 2 | 4 | 8; readonly value: number | bigint}

const u16 = (value: number): Field => ({size: 2, value})
const u32 = (value: number): Field => ({size: 4, value})
const u64 = (value: bigint): Field => ({size: 8, value})

/* A time has its upper half first, whatever the byte order. */
function time(at: bigint): readonly Field[] {
  return [u32(Number(at >> 32n)), u32(Number(at & 0xffff_ffffn))]
}

function numbers(...fields: readonly Field[]): Uint8Array {
  const bytes = Buffer.alloc(fields.reduce((sum, {size}) => sum + size, 0))
  let at = 0
  for (const {size, value} of fields) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), at)
    else bytes.writeUIntLE(Number(value), at, size)
    at += size
  }
  return bytes
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
