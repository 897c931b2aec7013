import {closeSync, fstatSync, openSync, readSync} from 'node:fs'

/** The last so many bytes of a file as text; throws where it cannot be read. */
export function readEnd(path: string, longest: number): string {
  const file = openSync(path, 'r')
  try {
    const {size} = fstatSync(file)
    const buffer = Buffer.alloc(Math.min(Math.max(size, smallest), longest))
    const length = readSync(file, buffer, 0, buffer.length, Math.max(0, size - buffer.length))
    return buffer.toString('utf8', 0, length)
  } finally {
    closeSync(file)
  }
}

/* Files of /proc say that they are empty. */
const smallest = 4096
