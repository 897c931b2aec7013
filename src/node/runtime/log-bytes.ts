import {closeSync, openSync, readSync} from 'node:fs'

/** So many bytes of a file from a place on; fewer at its end, none of a file that is not there. */
export function readBytes(path: string, from: number, length: number): Buffer {
  const file = openIfThere(path)
  if (file === undefined) return Buffer.alloc(0)
  try {
    const buffer = Buffer.alloc(length)
    let filled = 0
    for (;;) {
      const read = readSync(file, buffer, filled, length - filled, from + filled)
      filled += read
      if (read === 0 || filled === length) return buffer.subarray(0, filled)
    }
  } finally {
    closeSync(file)
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
