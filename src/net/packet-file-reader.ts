import {blockTypes, byteOrderMagic, type LinkType, linkTypes, options, type PacketBlock} from './packet-file.ts'

/** Bytes that are no capture of podlab's; the message says what is wrong and where. */
export class PacketFileError extends Error {
  override readonly name = 'PacketFileError'
}

/** Reads a capture as it comes, in pieces of any size: each call answers the blocks that are whole by now. */
export type PacketReader = {
  read(piece: Uint8Array): readonly PacketBlock[]
  /** Throws PacketFileError when the capture ends in the middle of a block. */
  end(): void
}

export function packetReader(): PacketReader {
  let rest: Buffer = Buffer.alloc(0)
  let read = 0
  return {
    read: piece => {
      const bytes =
        rest.length === 0 ? Buffer.from(piece.buffer, piece.byteOffset, piece.length) : Buffer.concat([rest, piece])
      const blocks: PacketBlock[] = []
      let at = 0
      for (;;) {
        const block = wholeBlock(bytes, at, read + at)
        if (!block) break
        blocks.push(parseBlock(block.type, block.body, read + at))
        at += block.length
      }
      rest = Buffer.from(bytes.subarray(at))
      read += at
      return blocks
    },
    end: () => {
      if (rest.length > 0) throw new PacketFileError(`the capture ends in the middle of the block at byte ${read}`)
    },
  }
}

/* Longer than any block that podlab writes. */
const longestBlock = 1 << 20

function wholeBlock(bytes: Buffer, at: number, place: number) {
  if (bytes.length - at < 8) return undefined
  const type = bytes.readUInt32LE(at)
  const length = bytes.readUInt32LE(at + 4)
  if (length < 12 || length % 4 !== 0 || length > longestBlock)
    throw new PacketFileError(`the block at byte ${place} says that it is ${length} bytes long`)
  if (bytes.length - at < length) return undefined
  if (bytes.readUInt32LE(at + length - 4) !== length)
    throw new PacketFileError(`the block at byte ${place} has two different lengths`)
  return {type, length, body: bytes.subarray(at + 8, at + length - 4)}
}

function parseBlock(type: number, body: Buffer, place: number): PacketBlock {
  try {
    switch (type) {
      case blockTypes.section:
        return parseSection(body)
      case blockTypes.interface:
        return parseInterface(body)
      case blockTypes.packet:
        return parsePacket(body)
      case blockTypes.statistics:
        return parseStatistics(body)
    }
  } catch (cause) {
    const reason = cause instanceof RangeError ? 'it is too short' : (cause as Error).message
    throw new PacketFileError(`the block at byte ${place} cannot be read: ${reason}`, {cause})
  }
  throw new PacketFileError(`the block at byte ${place} is of type ${type}, which podlab does not write`)
}

function parseSection(body: Buffer): PacketBlock {
  if (body.readUInt32LE(0) !== byteOrderMagic || body.readUInt16LE(4) !== 1)
    throw new PacketFileError('it is no section of pcapng 1, least significant byte first')
  return {block: 'section', application: String(parseOptions(body.subarray(16)).get(options.application) ?? '')}
}

function parseInterface(body: Buffer): PacketBlock {
  const number = body.readUInt16LE(0)
  const linkType = (Object.keys(linkTypes) as LinkType[]).find(name => linkTypes[name] === number)
  if (!linkType) throw new PacketFileError(`podlab has no link type ${number}`)
  const found = parseOptions(body.subarray(8))
  if (found.get(options.timeResolution)?.readUInt8(0) !== 9)
    throw new PacketFileError('its times are not in nanoseconds')
  return {block: 'interface', name: String(found.get(options.name) ?? ''), linkType}
}

function parsePacket(body: Buffer): PacketBlock {
  const kept = body.readUInt32LE(12)
  const end = 20 + kept + ((4 - (kept % 4)) % 4)
  if (body.length < end) throw new RangeError()
  const flags = parseOptions(body.subarray(end)).get(options.flags)?.readUInt32LE(0)
  return {
    block: 'packet',
    interface: body.readUInt32LE(0),
    at: parseTime(body, 4),
    ...((flags === 1 || flags === 2) && {direction: flags === 1 ? 'in' : 'out'}),
    length: body.readUInt32LE(16),
    bytes: body.subarray(20, 20 + kept),
  }
}

function parseStatistics(body: Buffer): PacketBlock {
  const found = parseOptions(body.subarray(12))
  const count = (code: number) => found.get(code)?.readBigUInt64LE(0) ?? 0n
  return {
    block: 'statistics',
    interface: body.readUInt32LE(0),
    at: parseTime(body, 4),
    received: count(options.received),
    dropped: count(options.dropped),
  }
}

function parseTime(body: Buffer, at: number): bigint {
  return (BigInt(body.readUInt32LE(at)) << 32n) | BigInt(body.readUInt32LE(at + 4))
}

function parseOptions(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>()
  for (let at = 0; at < bytes.length; ) {
    const code = bytes.readUInt16LE(at)
    const length = bytes.readUInt16LE(at + 2)
    if (code === options.end) return found
    if (at + 4 + length > bytes.length) throw new RangeError()
    found.set(code, bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return found
}
