import {accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync} from 'node:fs'
import {packingOf} from '../images/archive.ts'
import {unreadable} from './lab-files.ts'

/** What is wrong with a root file system on disk, in words that follow its name; undefined when it can be used. */
export function rootFault(path: string): string | undefined {
  try {
    return fault(path)
  } catch (error) {
    return unreadable('', error).trimStart()
  }
}

function fault(path: string): string | undefined {
  const stats = statSync(path)
  const real = realpathSync(path)
  const covered = ['/run', '/proc', '/sys'].find(folder => real === folder || real.startsWith(`${folder}/`))
  if (covered) return `lies in ${covered}, and a lab has a ${covered} of its own; copy it elsewhere`
  if (stats.isDirectory()) {
    accessSync(path, constants.R_OK | constants.X_OK)
    return undefined
  }
  if (!stats.isFile()) return 'is no folder and no regular file'
  const packing = packingOf(headOf(path))
  return typeof packing === 'string' ? undefined : packing.refused
}

function headOf(path: string): Uint8Array {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(512)
    return buffer.subarray(0, readSync(file, buffer))
  } finally {
    closeSync(file)
  }
}
