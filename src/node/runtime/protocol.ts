import type {ContainerSpec} from './container.ts'

/** What the main thread asks the runtime's worker thread, each with its answer. */
export type Requests = {
  /** Starts a process that owns new namespaces: a pod's (net, uts, ipc) or a node's (those and mnt). */
  readonly hold: {
    readonly question: {readonly hostname: string; readonly as: 'pod' | 'node'}
    readonly answer: {readonly pid: number}
  }
  /** Runs a program to its end in the network namespace of a process. */
  readonly run: {readonly question: RunQuestion; readonly answer: RunAnswer}
  readonly start: {readonly question: ContainerSpec; readonly answer: {readonly pid: number}}
  /** Ends a container at once, with its played servers; `pid` is what `start` answered. */
  readonly kill: {readonly question: {readonly id: string}; readonly answer: Record<never, never>}
}

export type RunQuestion = {
  readonly pid: number
  readonly argv: readonly [string, ...string[]]
  readonly input: string
}

export type RunAnswer = {readonly code: number; readonly stdout: string; readonly stderr: string}

export type RequestName = keyof Requests

export type RequestMessage = {
  readonly [N in RequestName]: {readonly number: number; readonly name: N; readonly question: Requests[N]['question']}
}[RequestName]

export type WorkerMessage =
  | {readonly type: 'ready'}
  | {readonly type: 'answer'; readonly number: number; readonly answer: unknown}
  | {readonly type: 'failure'; readonly number: number; readonly message: string; readonly kind: string}
  | {readonly type: 'exited'; readonly id: string; readonly code: number}
