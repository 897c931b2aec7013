/*
 * SPDY/3.1 framing, as Kubernetes' exec, attach and port-forward use it. A frame is 8 bytes and what they announce:
 *
 *   control   1 | version 15 = 3 | type 16 | flags 8 | length 24
 *   data      0 | stream 31                | flags 8 | length 24
 */

/** A frame of the protocol. `block` is a header block as it travels: compressed. */
export type Frame =
  | {readonly type: 'data'; readonly stream: number; readonly fin: boolean; readonly bytes: Buffer}
  | {readonly type: 'open'; readonly stream: number; readonly fin: boolean; readonly block: Buffer}
  | {readonly type: 'reply'; readonly stream: number; readonly fin: boolean; readonly block: Buffer}
  | {readonly type: 'headers'; readonly stream: number; readonly fin: boolean; readonly block: Buffer}
  | {readonly type: 'reset'; readonly stream: number; readonly status: number}
  | {readonly type: 'ping'; readonly id: number}
  | {readonly type: 'goaway'; readonly last: number; readonly status: number}
  /** SETTINGS, WINDOW_UPDATE and what else there may be: nobody here acts on them. */
  | {readonly type: 'other'; readonly kind: number; readonly bytes: Buffer}

/** Bytes that are no SPDY/3.1; the connection is of no use any more. */
export class SpdyError extends Error {
  override readonly name = 'SpdyError'
}

/** Why a stream is reset. */
export const resetStatus = {protocol: 1, invalid: 2, refused: 3, cancel: 5} as const

const kinds = {open: 1, reply: 2, reset: 3, ping: 6, goaway: 7, headers: 8} as const

const fin = 1

/** A frame as bytes; what is in it is not copied. Throws SpdyError on one that is too long. */
export function printFrame(frame: Frame): readonly Buffer[] {
  switch (frame.type) {
    case 'data':
      return [headOf(numbers(frame.stream), frame.fin ? fin : 0, frame.bytes.length), frame.bytes]
    case 'open':
      return control(kinds.open, frame, [numbers(frame.stream, 0), Buffer.alloc(2), frame.block])
    case 'reply':
      return control(kinds.reply, frame, [numbers(frame.stream), frame.block])
    case 'headers':
      return control(kinds.headers, frame, [numbers(frame.stream), frame.block])
    case 'reset':
      return control(kinds.reset, {fin: false}, [numbers(frame.stream, frame.status)])
    case 'ping':
      return control(kinds.ping, {fin: false}, [numbers(frame.id)])
    case 'goaway':
      return control(kinds.goaway, {fin: false}, [numbers(frame.last, frame.status)])
    case 'other':
      return control(frame.kind, {fin: false}, [frame.bytes])
  }
}

function control(kind: number, frame: {readonly fin: boolean}, parts: readonly Buffer[]): readonly Buffer[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [headOf(numbers(0x80030000 + kind), frame.fin ? fin : 0, length), ...parts]
}

function headOf(first: Buffer, flags: number, length: number): Buffer {
  if (length > longestFrame) throw new SpdyError(`a frame of ${length} bytes cannot be told: at most ${longestFrame}`)
  return Buffer.concat([first, numbers(flags * 2 ** 24 + length)])
}

/** The length has 24 bits. */
export const longestFrame = 2 ** 24 - 1

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}

/** Reads frames out of a stream of bytes, however it is cut; throws SpdyError on what is none. */
export function frameReader(): (chunk: Buffer) => readonly Frame[] {
  let pieces: Buffer[] = []
  let have = 0
  let need = headSize
  return chunk => {
    pieces.push(chunk)
    have += chunk.length
    if (have < need) return []
    const whole = pieces.length === 1 ? chunk : Buffer.concat(pieces)
    const {frames, rest} = framesOf(whole)
    pieces = [rest]
    have = rest.length
    need = sizeOf(rest)
    return frames
  }
}

/* All whole frames at the beginning of some bytes, and what is left. */
function framesOf(bytes: Buffer): {readonly frames: readonly Frame[]; readonly rest: Buffer} {
  const frames: Frame[] = []
  let rest = bytes
  for (let size = sizeOf(rest); size <= rest.length; size = sizeOf(rest)) {
    frames.push(frameOf(rest.subarray(0, size)))
    rest = rest.subarray(size)
  }
  return {frames, rest}
}

/* How many bytes the frame has that begins there, as far as they tell. */
function sizeOf(bytes: Buffer): number {
  return bytes.length < headSize ? headSize : headSize + announced(bytes)
}

const headSize = 8

/** Headers are few; who sends more than that means no good. */
const longestControl = 2 ** 16

function announced(bytes: Buffer): number {
  const length = bytes.readUIntBE(5, 3)
  const isControl = (bytes.readUInt8(0) & 0x80) !== 0
  if (!isControl) return length
  const version = bytes.readUInt16BE(0) & 0x7fff
  if (version !== 3) throw new SpdyError(`SPDY version ${version} is not spoken here, but 3`)
  if (length > longestControl) throw new SpdyError(`a control frame of ${length} bytes is too long`)
  return length
}

function frameOf(bytes: Buffer): Frame {
  const isControl = (bytes.readUInt8(0) & 0x80) !== 0
  const isLast = (bytes.readUInt8(4) & fin) !== 0
  const rest = bytes.subarray(headSize)
  if (!isControl) return {type: 'data', stream: number(bytes, 0), fin: isLast, bytes: rest}
  const kind = bytes.readUInt16BE(2)
  switch (kind) {
    case kinds.open:
      return {type: 'open', stream: number(rest, 0), fin: isLast, block: after(rest, 10)}
    case kinds.reply:
      return {type: 'reply', stream: number(rest, 0), fin: isLast, block: after(rest, 4)}
    case kinds.headers:
      return {type: 'headers', stream: number(rest, 0), fin: isLast, block: after(rest, 4)}
    case kinds.reset:
      return {type: 'reset', stream: number(rest, 0), status: whole(rest, 4)}
    case kinds.ping:
      return {type: 'ping', id: whole(rest, 0)}
    case kinds.goaway:
      return {type: 'goaway', last: number(rest, 0), status: whole(rest, 4)}
    default:
      return {type: 'other', kind, bytes: rest}
  }
}

/* The highest bit of a stream's number is reserved. */
function number(bytes: Buffer, at: number): number {
  return whole(bytes, at) & 0x7fffffff
}

function whole(bytes: Buffer, at: number): number {
  if (bytes.length < at + 4) throw new SpdyError('a control frame is too short')
  return bytes.readUInt32BE(at)
}

function after(bytes: Buffer, at: number): Buffer {
  if (bytes.length < at) throw new SpdyError('a control frame is too short')
  return bytes.subarray(at)
}
