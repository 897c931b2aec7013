import {closeSync} from 'node:fs'
import {Socket} from 'node:net'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {openTerminal as newTerminal} from './exec.ts'
import {endOf, type Output} from './output.ts'
import {openTerminal} from './program.ts'

/** The standard input of a container that has one (`stdin: true`), or its terminal (`tty: true`), for those who attach to it. */
export type Input = {
  /** What the container's first process gets: its input alone, or with a terminal all three streams. */
  readonly theirs: number
  readonly isTerminal: boolean
  /** Resolves when the process, or its pipe, has taken it. */
  write(bytes: Uint8Array): Promise<void>
  /** The input is over; a terminal's never is. */
  end(): void
  resize(size: {readonly columns: number; readonly rows: number}): void
  /** To be called when the process has started: only it has its end then. */
  closeTheirs(): void
  close(): void
  /** What is printed on the terminal; undefined where there is none. */
  readonly printed?: Pick<Output, 'over'>
}

/** `print` hears what is written to the terminal. */
export function openInput(namespaces: Namespaces, tty: boolean, print: (bytes: Buffer) => void): Input {
  return tty ? terminalInput(namespaces, print) : pipeInput(namespaces)
}

function pipeInput({syscalls}: Namespaces): Input {
  const {readEnd, writeEnd} = syscalls.pipe()
  const pipe = new Socket({fd: writeEnd, readable: false, writable: true})
  return {...inputOf(pipe, readEnd), isTerminal: false, end: () => void pipe.end(), resize: () => undefined}
}

function terminalInput(namespaces: Namespaces, print: (bytes: Buffer) => void): Input {
  const {ours, theirs} = newTerminal(namespaces)
  const terminal = openTerminal(ours).on('data', print)
  const resize: Input['resize'] = size => {
    if (!terminal.destroyed) namespaces.syscalls.resizeTerminal(ours, size)
  }
  return {...inputOf(terminal, theirs), isTerminal: true, end: () => undefined, resize, printed: endOf(terminal)}
}

function inputOf(socket: Socket, theirs: number) {
  socket.on('error', () => undefined) // nobody reads it any more
  const write = (bytes: Uint8Array) =>
    new Promise<void>(resolve => {
      if (socket.destroyed || socket.writableEnded) return resolve()
      socket.once('close', resolve)
      socket.write(bytes, () => {
        socket.off('close', resolve)
        resolve()
      })
    })
  return {theirs, write, closeTheirs: () => closeSync(theirs), close: () => void socket.destroy()}
}
