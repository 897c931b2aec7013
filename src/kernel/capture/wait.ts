import koffi from 'koffi'
import {SyscallError} from '../syscalls.ts'

/** Waits for descriptors without an event loop: the whole process stands still in poll(2) until one of them has something. */
export type Waiter = {
  /** Answers, for each descriptor, whether it is ready, or broken: a pipe that nobody reads. `forMs` limits the waiting. */
  wait(
    wanted: readonly {readonly fd: number; readonly to: 'read' | 'write' | 'nothing'}[],
    forMs?: number,
  ): readonly boolean[]
  /** A descriptor that is ready to read once the process has ended. */
  watchProcess(pid: number): number
  /** Takes a socket's pending error, so that it can be waited for again. */
  takeError(socket: number): void
}

export function waiter(): Waiter {
  const libc = koffi.load('libc.so.6')
  const poll = libc.func('int poll(void *descriptors, ulong count, int timeout)')
  const syscall = libc.func('long syscall(long number, ...)')
  const getsockopt = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)')
  return {
    wait: (wanted, forMs = -1) => {
      const descriptors = Buffer.alloc(wanted.length * 8)
      for (const [index, {fd, to}] of wanted.entries()) {
        descriptors.writeInt32LE(fd, index * 8)
        descriptors.writeInt16LE(events[to], index * 8 + 4)
      }
      const ready = poll(descriptors, wanted.length, forMs)
      if (ready < 0 && koffi.errno() !== koffi.os.errno.EINTR) throw new SyscallError('poll', koffi.errno())
      return wanted.map((_, index) => ready > 0 && descriptors.readInt16LE(index * 8 + 6) !== 0)
    },
    watchProcess: pid => {
      const fd = Number(syscall(pidfdOpen, 'int', pid, 'uint', 0))
      if (fd < 0) throw new SyscallError(`pidfd_open(${pid})`, koffi.errno())
      return fd
    },
    takeError: socket => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(4)
      getsockopt(socket, solSocket, soError, Buffer.alloc(4), length)
    },
  }
}

const events = {read: 1, write: 4, nothing: 0}
/* The same number on every processor; Linux 5.3. */
const pidfdOpen = 434
const [solSocket, soError] = [1, 4]
