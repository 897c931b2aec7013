import {closeSync, openSync, readSync} from 'node:fs'

/** Bytes that are read once, from first to last. */
export type Bytes = {
  /** So many bytes; fewer only at the end. */
  take(count: number): Promise<Buffer>
  /** What there is next, at least one byte and at most so many; undefined at the end. */
  some(most: number): Promise<Buffer | undefined>
  skip(count: number): Promise<void>
  /** How many bytes have been read or skipped. */
  position(): number
}

/** A piece of a file, in bytes. */
export type Part = {readonly file: string; readonly start: number; readonly size: number}

/** The content of a piece of a file, or its first so many bytes. */
export function readPart({file, start, size}: Part, most = size): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(Math.min(most, size))
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, start))
  } finally {
    closeSync(descriptor)
  }
}

/** The bytes of a stream. */
export function streamBytes(stream: AsyncIterable<Buffer>): Bytes {
  const chunks = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  const some = async (most: number) => {
    while (rest.length === 0) {
      const {done, value} = await chunks.next()
      if (done) return undefined
      rest = value
    }
    const piece = rest.subarray(0, most)
    rest = rest.subarray(piece.length)
    position += piece.length
    return piece
  }
  const skip = async (count: number) => {
    for (let left = count; left > 0; ) {
      const piece = await some(left)
      if (piece === undefined) return
      left -= piece.length
    }
  }
  return {some, skip, take: count => takeFrom(some, count), position: () => position}
}

/** The bytes of a file, for who skips most of them. Whoever opens it calls `close`. */
export function fileBytes(file: string): Bytes & {close(): void} {
  const descriptor = openSync(file, 'r')
  let position = 0
  const some = async (most: number) => {
    const buffer = Buffer.alloc(Math.min(most, 2 ** 16))
    const count = readSync(descriptor, buffer, 0, buffer.length, position)
    position += count
    return count === 0 ? undefined : buffer.subarray(0, count)
  }
  const skip = async (count: number) => {
    position += count
  }
  return {
    some,
    skip,
    take: count => takeFrom(some, count),
    position: () => position,
    close: () => closeSync(descriptor),
  }
}

async function takeFrom(some: Bytes['some'], count: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  for (let left = count; left > 0; ) {
    const piece = await some(left)
    if (piece === undefined) break
    pieces.push(piece)
    left -= piece.length
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}
