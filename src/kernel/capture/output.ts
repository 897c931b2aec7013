import {writeSync} from 'node:fs'
import koffi from 'koffi'

/** A descriptor that is written without ever waiting for its reader; what finds no room is kept until there is. */
export type Output = {
  readonly fd: number
  /** How many bytes wait. */
  waiting(): number
  add(bytes: Uint8Array): void
  /** Writes what there is room for. Answers false when nobody reads any more. */
  flush(): boolean
}

export function nonBlockingOutput(fd: number): Output {
  const fcntl = koffi.load('libc.so.6').func('int fcntl(int fd, int command, int argument)')
  const [setFlags, nonBlocking, writeOnly] = [4, 0o4000, 1]
  fcntl(fd, setFlags, nonBlocking | writeOnly)
  let pieces: Uint8Array[] = []
  let waiting = 0

  const write = (): boolean => {
    const bytes = Buffer.concat(pieces)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written, Math.min(piece, bytes.length - written))
      return true
    } catch (error) {
      if (codeOf(error) === 'EPIPE') return false
      if (codeOf(error) === 'EAGAIN') return true
      throw error
    } finally {
      pieces = written === bytes.length ? [] : [bytes.subarray(written)]
      waiting = bytes.length - written
    }
  }
  return {
    fd,
    waiting: () => waiting,
    add: bytes => {
      pieces.push(bytes)
      waiting += bytes.length
    },
    flush: () => waiting === 0 || write(),
  }
}

const piece = 1 << 16

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
