import {closeSync} from 'node:fs'
import {Socket} from 'node:net'
import {lull} from '../../kernel/lull.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'

/** What a container's first process prints into: a pipe, so that programs can also open it by name (`echo x > /dev/stdout`). */
export type Output = {
  /** The process's end. */
  readonly theirs: number
  /** To be called when the process has started: only it has its end then. */
  closeTheirs(): void
  /** Resolves when all that was printed has been heard; to be awaited when the process has ended. */
  over(): Promise<void>
  close(): void
}

/** `print` hears what is written, in the order in which it was. */
export function openOutput({syscalls}: Namespaces, print: (bytes: Buffer) => void): Output {
  const {readEnd, writeEnd} = syscalls.pipe()
  const pipe = new Socket({fd: readEnd, readable: true, writable: false}).on('data', print)
  return {theirs: writeEnd, closeTheirs: () => closeSync(writeEnd), ...endOf(pipe)}
}

/** The end of what is printed, by a pipe or a terminal. */
export function endOf(socket: Socket): Pick<Output, 'over' | 'close'> {
  socket.on('error', () => undefined)
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  return {
    over: () => Promise.race([closed, lull(lingerMs, {ref: false})]),
    close: () => void socket.destroy(),
  }
}

/** A process elsewhere may have opened it, too, and keep it; that is not waited for. */
const lingerMs = 500
