import {createInflate} from 'node:zlib'
import {headerDictionary} from './dictionary.ts'
import {SpdyError} from './frames.ts'

/** Headers by name, in lower case; a name may have several values. */
export type Headers = ReadonlyMap<string, readonly string[]>

/** A header block as it is before compression: the number of headers, then name and value of each behind its length. */
export function printHeaders(headers: Headers): Buffer {
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'latin1')
    return Buffer.concat([number(bytes.length), bytes])
  }
  const pairs = [...headers].flatMap(([name, values]) => [text(name), text(values.join('\0'))])
  return Buffer.concat([number(headers.size), ...pairs])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** The inverse of `printHeaders`; throws SpdyError. */
export function parseHeaders(bytes: Buffer): Headers {
  let at = 0
  const take = (length: number) => {
    if (at + length > bytes.length) throw new SpdyError('a header block ends too early')
    at += length
    return bytes.subarray(at - length, at)
  }
  const text = () => take(take(4).readUInt32BE()).toString('latin1')
  const headers = new Map<string, readonly string[]>()
  for (let count = take(4).readUInt32BE(); count > 0; count--) {
    const name = text().toLowerCase()
    if (name === '' || headers.has(name)) throw new SpdyError(`a header block has the name "${name}" twice or empty`)
    headers.set(name, text().split('\0'))
  }
  if (at < bytes.length) throw new SpdyError('a header block has bytes behind its last header')
  return headers
}

/** The compression of one direction of a connection: every block goes on where the one before it ended. */
export type HeaderReader = {read(block: Buffer): Promise<Headers>; close(): void}

export function headerReader(): HeaderReader {
  const inflate = createInflate({dictionary: headerDictionary()})
  let pieces: Buffer[] = []
  let length = 0
  let failed: ((error: Error) => void) | undefined
  inflate.on('error', (cause: Error) => failed?.(new SpdyError(cause.message)))
  inflate.on('data', (piece: Buffer) => {
    pieces.push(piece)
    length += piece.length
    if (length > longestBlock) inflate.destroy(new Error(tooLong))
  })
  return {
    read: async block => {
      pieces = []
      length = 0
      await new Promise<void>((resolve, reject) => {
        failed = reject
        inflate.write(block)
        inflate.flush(() => resolve())
      })
      if (length > longestBlock) throw new SpdyError(tooLong)
      return parseHeaders(Buffer.concat(pieces))
    },
    close: () => inflate.destroy(),
  }
}

const longestBlock = 2 ** 16
const tooLong = `a header block is longer than ${longestBlock} bytes`

/**
 * Compresses headers without compressing: zlib may store bytes as they are. So it needs no state but whether its stream has begun,
 * with two bytes that say "deflate, a dictionary follows" and the checksum of the dictionary.
 */
export function headerWriter(): (headers: Headers) => Buffer {
  let begun = false
  return headers => {
    const bytes = printHeaders(headers)
    if (bytes.length > 0xffff) throw new SpdyError('headers of more than 65535 bytes')
    const stored = Buffer.alloc(5)
    stored.writeUInt16LE(bytes.length, 1)
    stored.writeUInt16LE(~bytes.length & 0xffff, 3)
    const block = begun ? [stored, bytes, flush] : [zlibHead, stored, bytes, flush]
    begun = true
    return Buffer.concat(block)
  }
}

/** A stored block of nothing. Go hands out what it has read so far only when it meets one. */
const flush = Buffer.from('000000ffff', 'hex')
const zlibHead = Buffer.from('78bbe3c6a7c2', 'hex')
