import {closeSync, openSync} from 'node:fs'
import {clone, loadSyscalls, mountFlag, type Syscalls} from './syscalls.ts'

/**
 * Namespaces for the calling worker thread. The thread has a home: the namespaces that it began in, with a mount namespace of
 * its own. `within` takes it elsewhere for the length of one synchronous function; what that function starts is born there.
 */
export type Namespaces = {
  readonly syscalls: Syscalls
  /** Runs `act` in namespaces of a process, in new ones, or both; and comes home, also when it throws. */
  within<T>(where: Whereabouts, act: () => T): T
}

/** Namespaces to join, each by a file that stands for it (`/proc/PID/ns/net`), and to make new. */
export type Whereabouts = {
  readonly join?: Readonly<Partial<Record<NamespaceKind, string>>>
  readonly make?: readonly NamespaceKind[]
}

export type NamespaceKind = 'net' | 'uts' | 'ipc' | 'mnt' | 'pid'

const flags: Readonly<Record<NamespaceKind, number>> = {
  net: clone.newNet,
  uts: clone.newUts,
  ipc: clone.newIpc,
  mnt: clone.newNs,
  pid: clone.newPid,
}

/** Gives the calling thread its own mount namespace and file-system view. Only in a worker thread: there is no way back. */
export function ownNamespaces(): Namespaces {
  const syscalls = loadSyscalls()
  syscalls.unshare(clone.fs)
  syscalls.unshare(clone.newNs)
  syscalls.mount('none', '/', null, mountFlag.private | mountFlag.recursive, null)
  const kinds = Object.keys(flags) as NamespaceKind[]
  const home = new Map(kinds.map(kind => [kind, openSync(`/proc/thread-self/ns/${kind}`, 'r')]))

  const enter = (kind: NamespaceKind, fd: number) => syscalls.setns(fd, flags[kind])

  return {
    syscalls,
    within: ({join = {}, make = []}, act) => {
      const joined = kinds.flatMap(kind => (join[kind] === undefined ? [] : [{kind, file: join[kind]}]))
      const doors = joined.map(({kind, file}) => ({kind, fd: openSync(file, 'r')}))
      const visited = kinds.filter(kind => join[kind] !== undefined || make.includes(kind))
      try {
        for (const {kind, fd} of doors) enter(kind, fd)
        const wanted = make.reduce((all, kind) => all | flags[kind], 0)
        if (wanted !== 0) syscalls.unshare(wanted)
        return act()
      } finally {
        for (const {fd} of doors) closeSync(fd)
        for (const kind of visited) enter(kind, home.get(kind) ?? -1)
      }
    },
  }
}
