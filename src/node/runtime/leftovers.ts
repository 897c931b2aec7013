import {readlinkSync} from 'node:fs'
import {descendants} from '../../kernel/processes.ts'

/**
 * The end of a pid namespace's first process is the end of all in it. Where containers share one, that process lives on, the pod's
 * pause for instance: it takes in, and reaps, what a container leaves. But a container is to end with its first process; what
 * belongs to it is known by its mount namespace.
 */
export type Rest = {readonly first: number; readonly mounts: string}

export function restOf(pid: number, first: number): Rest {
  return {first, mounts: mountsOf(pid)}
}

/** Kills what is left of a container whose first process has ended. */
export function killRest({first, mounts}: Rest): void {
  for (const pid of descendants(first).filter(one => mountsOf(one) === mounts)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {} // it has ended by itself
  }
}

function mountsOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`)
  } catch {
    return '' // it has ended
  }
}
