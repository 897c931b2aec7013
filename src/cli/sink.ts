import {type FileHandle, open} from 'node:fs/promises'
import {UsageError} from './command.ts'

/** Where a command's bytes go, piece by piece: a file, or standard output (`-`). */
export type Sink = {
  /** False when nobody reads any more: the other end of the pipe has been closed. */
  write(bytes: Uint8Array | string): Promise<boolean>
  close(): Promise<void>
}

/** A file that could not be written; the message names it and says why. */
export class SinkError extends Error {
  override readonly name = 'SinkError'
}

/** Opens a file to write it anew, or standard output, which must be no terminal when the bytes are no text. */
export async function openSink(file: string, {isText}: {isText: boolean}): Promise<Sink> {
  if (file !== '-') return fileSink(file)
  if (!isText && process.stdout.isTTY)
    throw new UsageError('this would fill your terminal with bytes; pipe it somewhere, or name a file')
  return standardOutput()
}

/** Standard output; a reader that goes away is no mistake. */
export function standardOutput(): Sink {
  const {stdout} = process
  stdout.on('error', () => undefined) // each write hears of it, too
  return {
    write: bytes =>
      new Promise((resolve, reject) => {
        stdout.write(bytes, error => {
          if (!error) resolve(true)
          else if (codeOf(error) === 'EPIPE' || codeOf(error) === 'ERR_STREAM_DESTROYED') resolve(false)
          else reject(cannotWrite('standard output', error))
        })
      }),
    close: async () => undefined,
  }
}

async function fileSink(name: string): Promise<Sink> {
  const file: FileHandle = await open(name, 'w').catch(cause => {
    throw cannotWrite(name, cause)
  })
  return {
    write: async bytes => {
      try {
        await file.writeFile(bytes)
        return true
      } catch (cause) {
        if (codeOf(cause) === 'EPIPE') return false
        throw cannotWrite(name, cause)
      }
    },
    close: () =>
      file.close().catch(cause => {
        throw cannotWrite(name, cause)
      }),
  }
}

/** Why a file could not be written, or standard output. */
export function cannotWrite(name: string, cause: unknown): SinkError {
  const [, reason = String(cause)] = /^[A-Z0-9]+: ([^,]+)/.exec((cause as Error).message) ?? []
  return new SinkError(`cannot write ${name}: ${reason}`, {cause})
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
