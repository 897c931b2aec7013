import {Socket, type SocketConstructorOpts} from 'node:net'
import {loadSyscalls, type Syscalls} from '../../kernel/syscalls.ts'
import type {ExecAnswer, ExecQuestion} from './exec.ts'
import {type Program, programOf} from './program.ts'
import type {InputQuestion} from './protocol.ts'

/** Streams of bytes into and out of containers: programs beside their first process, its input, connections into a pod. */
export type Streams = {
  /** Runs a program in a container; one that cannot be started is a program that says so. */
  exec(question: ExecQuestion): Promise<Program>
  /** A connection made in the network namespace of a process; the error of one that fails is Node's. */
  dial(to: {readonly pid: number; readonly host: string; readonly port: number}): Promise<Socket>
  /** Gives a container's first process something to read, the end of it (null), or its terminal a size; resolves when it has been taken. */
  input(question: InputQuestion): Promise<void>
}

export type StreamsOptions = {
  readonly exec: (question: ExecQuestion) => {readonly answer: Promise<ExecAnswer>; readonly ended: Promise<number>}
  readonly socket: (pid: number) => Promise<number>
  readonly input: (question: InputQuestion) => Promise<unknown>
}

/** What the main thread does for streams, given what the worker answers: it gives away descriptors, which belong to all threads. */
export function streamsOver({exec, socket, input}: StreamsOptions): Streams {
  let syscalls: Syscalls | undefined
  const resize: Syscalls['resizeTerminal'] = (fd, size) => {
    syscalls ??= loadSyscalls()
    syscalls.resizeTerminal(fd, size)
  }
  return {
    exec: async question => {
      const {answer, ended} = exec(question)
      const {stderr, tty} = question
      return programOf(await answer, {ended, resize, stderr: stderr && !tty})
    },
    dial: async ({pid, host, port}) => connected(await socket(pid), host, port),
    input: async question => void (await input(question)),
  }
}

/* A socket stays in the network namespace that it was made in, whoever connects it. */
function connected(fd: number, host: string, port: number): Promise<Socket> {
  const options: SocketConstructorOpts & {readonly manualStart: true} = {fd, allowHalfOpen: true, manualStart: true}
  const socket = new Socket(options)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.connect({host, port}, () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
