import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'
import type {Syscalls} from '../../kernel/syscalls.ts'

/**
 * A regular file as a process sees it; undefined when there is none. The path of /proc/PID/root/FILE alone would not do: Linux resolves a
 * link to /etc/passwd in the root of whoever opens it, which here is the machine's, and a pod could read the machine's files. So the
 * process's root counts as the root for links as well.
 */
export function readInside(syscalls: Syscalls, pid: number, path: string): Buffer | undefined {
  let root: number | undefined
  let file: number | undefined
  try {
    root = openSync(`/proc/${pid}/root`, constants.O_RDONLY | constants.O_DIRECTORY)
    file = syscalls.openBelow(root, path)
    return fstatSync(file).isFile() ? readFileSync(file) : undefined
  } catch {
    return undefined // it is not there, or links go round in a circle
  } finally {
    for (const descriptor of [file, root]) if (descriptor !== undefined) closeSync(descriptor)
  }
}
