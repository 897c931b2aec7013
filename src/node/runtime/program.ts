import {Socket} from 'node:net'
import {Readable, Writable} from 'node:stream'
import {ReadStream} from 'node:tty'
import type {Syscalls} from '../../kernel/syscalls.ts'
import type {Descriptors, ExecAnswer} from './exec.ts'
import {signalTree} from './signal-tree.ts'

/** A running process and its standard streams, as far as they were asked for; with a terminal all its output is `stdout`. */
export type Program = {
  readonly stdin: Writable | undefined
  readonly stdout: Readable | undefined
  readonly stderr: Readable | undefined
  resize(size: {readonly columns: number; readonly rows: number}): void
  /** The code that it ended with, a signal counting as 128 and its number. */
  readonly ended: Promise<number>
  /** Ends it with all that is below it: its streams are closed, SIGHUP, and soon SIGKILL. */
  end(): void
}

/** Makes a program of what `exec` answered. */
export function programOf(
  answer: ExecAnswer,
  {ended, resize: resizeTerminal, stderr}: {ended: Promise<number>; resize: Resize; stderr: boolean},
): Program {
  if (!answer.started) return saying(`${answer.said}\n`, answer.code, stderr)
  const {pid, descriptors} = answer
  const {streams, resize, close} = open(descriptors, resizeTerminal)
  let over = false
  let timer: NodeJS.Timeout | undefined
  void ended.then(() => {
    over = true
    clearTimeout(timer)
    streams.stdin?.destroy()
  })
  return {
    ...streams,
    resize,
    ended,
    end: () => {
      if (over || timer) return
      signalTree(pid, 'SIGHUP')
      close()
      timer = setTimeout(() => signalTree(pid, 'SIGKILL'), graceMs)
    },
  }
}

/** How long a program has to take its leave when nobody is there any more. */
const graceMs = 1000

type Streams = Pick<Program, 'stdin' | 'stdout' | 'stderr'>

type Resize = Syscalls['resizeTerminal']

type Opened = {readonly streams: Streams; readonly resize: Program['resize']; readonly close: () => void}

function open(descriptors: Descriptors, resizeTerminal: Resize): Opened {
  switch (descriptors.kind) {
    case 'pipes': {
      const {stdin, stdout, stderr} = descriptors
      const streams = {stdin: writer(stdin), stdout: reader(stdout), stderr: reader(stderr)}
      return {streams, resize: () => undefined, close: () => streams.stdin?.destroy()}
    }
    case 'terminal': {
      const terminal = openTerminal(descriptors.terminal)
      const resize: Program['resize'] = size => {
        if (!terminal.destroyed) resizeTerminal(descriptors.terminal, size)
      }
      const streams = {stdin: keysOf(terminal), stdout: terminal, stderr: undefined}
      return {streams, resize, close: () => terminal.destroy()}
    }
  }
}

/* The end of what is typed is not the end of the terminal: there may be more to see on it. */
function keysOf(terminal: Socket): Writable {
  const write = (bytes: Buffer, _encoding: string, done: () => void) => {
    if (terminal.destroyed) return done()
    terminal.once('close', done)
    terminal.write(bytes, () => {
      terminal.off('close', done)
      done()
    })
  }
  return new Writable({write})
}

/** Our end of a terminal: both ways, and its end is the error EIO, when nobody has the other end open any more. */
export function openTerminal(fd: number): Socket {
  return new ReadStream(fd).on('error', () => undefined)
}

function reader(fd: number | undefined): Readable | undefined {
  return fd === undefined ? undefined : new Socket({fd, readable: true, writable: false}).on('error', () => undefined)
}

function writer(fd: number | undefined): Writable | undefined {
  return fd === undefined ? undefined : new Socket({fd, readable: false, writable: true}).on('error', () => undefined)
}

/* A program that never ran, and what the runtime says of it. */
function saying(text: string, code: number, onStderr: boolean): Program {
  const words = Readable.from([Buffer.from(text)])
  const streams = onStderr ? {stdout: undefined, stderr: words} : {stdout: words, stderr: undefined}
  return {stdin: undefined, ...streams, resize: () => undefined, ended: Promise.resolve(code), end: () => undefined}
}
