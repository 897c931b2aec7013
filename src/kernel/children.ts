import koffi from 'koffi'
import {loadSpawn, type Program} from './spawn.ts'

/** A process that was started by `Children`. */
export type Child = {
  readonly pid: number
  /** The code that it ended with; a signal counts as 128 and its number, as a shell has it. */
  readonly ended: Promise<number>
  /** Sends a signal; false when it has ended. */
  kill(signal: NodeJS.Signals): boolean
}

/**
 * The processes that podlab starts without Node. The kernel tells a parent of a child's end by SIGCHLD, of many at once perhaps by one,
 * and Node hears signals in its main thread only: whoever has this in another thread is told there (`reap`). Children of Node's own are
 * left to Node. A child keeps no event loop going.
 */
export type Children = {
  /** Throws SpawnError. */
  start(program: Program): Child
  /** Looks which have ended: to be called after SIGCHLD. */
  reap(): void
}

/** Loads the C library; a few milliseconds, once a thread. */
export function loadChildren(): Children {
  const libc = koffi.load('libc.so.6')
  const waitpid = libc.func('int waitpid(int pid, _Out_ int *status, int options)')
  const waitid = libc.func('int waitid(int type, unsigned int id, void *result, int options)')
  const spawn = loadSpawn()
  const living = new Map<number, (code: number) => void>()

  const reapOne = (pid: number): boolean => {
    const status = [0]
    if (waitpid(pid, status, noHang) !== pid) return false
    living.get(pid)?.(codeOf(status[0] ?? 0))
    living.delete(pid)
    return true
  }

  /* Some child that has ended, whoever started it. It stays. */
  const someEnded = (): number => {
    const result = Buffer.alloc(128)
    return waitid(anyChild, 0, result, noHang | exited | leave) === 0 ? result.readInt32LE(pidOffset) : 0
  }

  return {
    start: program => {
      const {promise, resolve} = Promise.withResolvers<number>()
      const pid = spawn(program)
      living.set(pid, resolve)
      return {pid, ended: promise, kill: signal => living.get(pid) === resolve && process.kill(pid, signal)}
    },
    reap: () => {
      // Asking for any is quick where all are ours. A foreign one hides those behind it.
      for (;;) {
        const pid = someEnded()
        if (pid === 0) return
        if (!living.has(pid) || !reapOne(pid)) break
      }
      for (const pid of [...living.keys()]) reapOne(pid)
    },
  }
}

/* P_ALL, WNOHANG, WEXITED, WNOWAIT (sys/wait.h), si_pid (siginfo_t) */
const [anyChild, noHang, exited, leave, pidOffset] = [0, 1, 4, 0x01000000, 16]

function codeOf(status: number): number {
  const signal = status & 0x7f
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal
}
