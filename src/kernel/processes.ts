import {readdirSync, readFileSync} from 'node:fs'
import koffi from 'koffi'

/**
 * A process inside a pid namespace whose parent is outside is a trap: when the parent dies first, the machine's init has to reap
 * it, and until it does the kernel cannot take the namespace down. Some inits are slow at it, those of containers may never do
 * it. nsenter is such a parent. So podlab never kills an nsenter but what runs inside, and takes in the orphans of those that
 * die of a Ctrl-C.
 */

/** Kills (SIGKILL) what an nsenter runs: all processes below it that live in a deeper pid namespace than this one. */
export function killInside(nsenter: number): void {
  for (const pid of descendants(nsenter).filter(isInside).reverse()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }
}

/** From now on this process is the parent of its descendants' orphans, and reaps those from deeper pid namespaces. */
export function adoptOrphans(): void {
  const libc = koffi.load('libc.so.6')
  const prctl = libc.func('int prctl(int option, ulong a, ulong b, ulong c, ulong d)')
  const waitpid = libc.func('int waitpid(int pid, void *status, int options)')
  const setChildSubreaper = 36
  const noHang = 1
  prctl(setChildSubreaper, 1, 0, 0, 0)
  process.on('SIGCHLD', () => {
    for (const pid of childrenOf(process.pid).filter(isInside)) waitpid(pid, null, noHang)
  })
}

/** Parents before children. */
export function descendants(pid: number): readonly number[] {
  return childrenOf(pid).flatMap(child => [child, ...descendants(child)])
}

/** The children of a process, those of all its threads. */
export function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap(thread =>
    read(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return [] // it has ended
  }
}

function isInside(pid: number): boolean {
  return idsOf(pid).length > 1
}

/** A process's ids: one for every pid namespace from here down to its own; none when it has ended. */
export function idsOf(pid: number): readonly number[] {
  const ids = read(`/proc/${pid}/status`).match(/^NSpid:(.*)$/m)?.[1]
  return ids?.trim().split(/\s+/).map(Number) ?? []
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ESRCH'
}
