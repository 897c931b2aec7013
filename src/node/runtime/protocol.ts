import type {ContainerSpec} from './container.ts'

/** What the main thread asks the runtime's worker thread, each with its answer. */
export type Requests = {
  /** Starts a process that owns new namespaces, a pod's (net, uts, ipc) or a node's (those and mnt), and names its netns. */
  readonly hold: {readonly question: HoldQuestion; readonly answer: {readonly pid: number}}
  /** Ends what `hold` began. The namespaces go when their last process has gone. */
  readonly release: {readonly question: {readonly netns: string}; readonly answer: Record<never, never>}
  /** Runs a program to its end in a named network namespace. */
  readonly run: {readonly question: RunQuestion; readonly answer: RunAnswer}
  readonly start: {readonly question: ContainerSpec; readonly answer: {readonly pid: number}}
  /** Signals a container's first process. A played program ends at SIGTERM, as a well-behaved server does. */
  readonly end: {readonly question: EndQuestion; readonly answer: Record<never, never>}
  /** Removes what a container leaves behind when its pod goes: its log. */
  readonly remove: {readonly question: {readonly id: string}; readonly answer: Record<never, never>}
}

export type HoldQuestion = {
  /** The name under /run/netns. */
  readonly netns: string
  readonly hostname: string
  readonly as: 'pod' | 'node'
}

export type RunQuestion = {
  readonly netns: string
  readonly argv: readonly [string, ...string[]]
  readonly input: string
}

export type EndQuestion = {readonly id: string; readonly how: 'SIGTERM' | 'SIGKILL'}

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
