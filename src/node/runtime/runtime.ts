import type {Worker} from 'node:worker_threads'
import type {AskAnswer, AskQuestion} from './ask.ts'
import type {ContainerSpec} from './container.ts'
import type {RequestName, Requests, RunAnswer, WorkerMessage} from './protocol.ts'
import type {LogAnswer, LogQuestion} from './read-log.ts'
import {type Streams, streamsOver} from './streams.ts'
import {startThread} from './thread.ts'
import type {VolumesQuestion} from './volumes/volume.ts'

/** Starts the processes of a lab: owners of namespaces, containers, and the tools that work on a namespace. */
export type Runtime = {
  /** A process that owns new namespaces, with a name under /run/netns; they live as long as it does. Answers its pid. */
  hold(question: Requests['hold']['question']): Promise<number>
  release(netns: string): Promise<void>
  /** A program on a node, which has whatever it starts end with it. Answers its pid. */
  launch(question: Requests['launch']['question']): Promise<number>
  run(question: Requests['run']['question']): Promise<RunAnswer>
  /** Applies ops in a named network namespace without a process; false when the tools have to do it. */
  netlink(question: Requests['netlink']['question']): Promise<boolean>
  /** Resolves when the runtime has come to all that it was asked before. */
  turn(): Promise<void>
  /** Makes volumes of a pod, or brings them to what they should hold now; what cannot be had is a RuntimeError of kind VolumeError. */
  setUpVolumes(question: VolumesQuestion): Promise<void>
  /** Removes a pod's volumes and what is in them. */
  removeVolumes(uid: string): Promise<void>
  /** Answers the container's first process's pid; a program that cannot be started is a RuntimeError of kind StartError. */
  start(spec: ContainerSpec): Promise<number>
  end(id: string, how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** A socket that listens in the network of a process; answers its descriptor. A port that is taken is a RuntimeError. */
  listen(question: Requests['listen']['question']): Promise<number>
  /** Asks something of a pod; when the signal is aborted it is ended, and whoever waits hears the signal's reason. */
  ask(question: AskQuestion, signal: AbortSignal): Promise<AskAnswer>
  /** A piece of what a container has printed; undefined when it has had no such life. */
  log(question: LogQuestion): Promise<LogAnswer | undefined>
  /** Removes what a container leaves behind when its pod goes: its logs. */
  remove(id: string): Promise<void>
  close(): Promise<void>
}

/** What the worker could not do; `kind` is the name of its error (StartError, SyscallError, ...). */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError'
  readonly kind: string

  constructor(message: string, kind: string) {
    super(message)
    this.kind = kind
  }
}

type Waiting = {readonly resolve: (answer: never) => void; readonly reject: (error: Error) => void}

export type RuntimeOptions = {
  /** Hears of every container that ends, with its code; and, by its netns, of an owner of namespaces that ends by itself. */
  readonly exited: (id: string, code: number) => void
  /** Hears that the worker thread is gone, unless `close` ended it. Nothing can be started or stopped any more. */
  readonly died: (error: Error) => void
  /** The worker thread, when it has been started before. */
  readonly thread?: Worker
}

/** Has the worker thread begin and waits until it is ready. What it makes lies in the sandbox of this moment. */
export async function startRuntime({
  exited,
  died,
  thread: worker = startThread(),
}: RuntimeOptions): Promise<Runtime & {readonly streams: Streams}> {
  const waiting = new Map<number, Waiting>()
  const programs = new Map<number, (code: number) => void>()
  let numbers = 0
  let end: Error | undefined

  const ask = <N extends RequestName>(name: N, question: Requests[N]['question']): Promise<Requests[N]['answer']> =>
    new Promise((resolve, reject) => {
      if (end) return reject(end)
      const number = numbers++
      waiting.set(number, {resolve, reject})
      worker.postMessage({number, name, question})
    })

  const askUntil = async (question: AskQuestion, signal: AbortSignal): Promise<AskAnswer> => {
    signal.throwIfAborted()
    const number = numbers
    const cancelled = Promise.withResolvers<never>()
    const cancel = () => {
      worker.postMessage({number, name: 'cancel'})
      cancelled.reject(signal.reason)
    }
    signal.addEventListener('abort', cancel, {once: true})
    try {
      return await Promise.race([ask('ask', question), cancelled.promise])
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  const reap = () => worker.postMessage({name: 'reap'})
  process.on('SIGCHLD', reap)

  const settle = (number: number): Waiting | undefined => {
    const entry = waiting.get(number)
    waiting.delete(number)
    return entry
  }

  /* A thread that breaks says why with 'error', and 'exit' follows; one that is ended only says 'exit'. */
  const finish = (error: Error) => {
    process.off('SIGCHLD', reap)
    if (end) return
    end = error
    for (const entry of waiting.values()) entry.reject(error)
    waiting.clear()
    died(error)
  }

  await new Promise<void>((ready, failed) => {
    worker.on('message', (message: WorkerMessage) => {
      switch (message.type) {
        case 'ready':
          return ready()
        case 'answer':
          return settle(message.number)?.resolve(message.answer as never)
        case 'failure':
          return settle(message.number)?.reject(new RuntimeError(message.message, message.kind))
        case 'over':
          programs.get(message.number)?.(message.code)
          programs.delete(message.number)
          return
        case 'exited':
          return exited(message.id, message.code)
      }
    })
    worker.once('error', failed)
    worker.once('exit', code => failed(new Error(`it ended with code ${code}`)))
    worker.postMessage({name: 'begin'})
  }).catch((cause: Error) => {
    process.off('SIGCHLD', reap)
    throw new RuntimeError(`the runtime's thread did not start: ${cause.message}`, cause.name)
  })
  worker.once('error', cause => finish(new RuntimeError(`the runtime's thread broke: ${cause.stack}`, cause.name)))
  worker.once('exit', code => finish(new RuntimeError(`the runtime's thread ended with code ${code}`, 'Exit')))

  const streams = streamsOver({
    exec: question => {
      const ended = Promise.withResolvers<number>()
      const number = numbers
      programs.set(number, ended.resolve)
      const answer = ask('exec', question).then(value => {
        if (!value.started) {
          programs.delete(number)
          ended.resolve(value.code)
        }
        return value
      })
      return {answer, ended: ended.promise}
    },
    socket: async pid => (await ask('socket', {pid})).descriptor,
    input: question => ask('input', question),
  })

  return {
    streams,
    hold: async question => (await ask('hold', question)).pid,
    launch: async question => (await ask('launch', question)).pid,
    release: async netns => void (await ask('release', {netns})),
    run: question => ask('run', question),
    netlink: async question => (await ask('netlink', question)).done,
    turn: async () => void (await ask('turn', {})),
    setUpVolumes: async question => void (await ask('setUpVolumes', question)),
    removeVolumes: async uid => void (await ask('removeVolumes', {uid})),
    start: async spec => (await ask('start', spec)).pid,
    end: async (id, how) => void (await ask('end', {id, how})),
    listen: async question => (await ask('listen', question)).descriptor,
    ask: askUntil,
    log: async question => (await ask('log', question)) ?? undefined,
    remove: async id => void (await ask('remove', {id})),
    close: async () => {
      end = new RuntimeError('the runtime is closed', 'Closed')
      process.off('SIGCHLD', reap)
      await worker.terminate()
    },
  }
}
