import type {Op} from '../../kernel/op.ts'
import type {AskAnswer, AskQuestion} from './ask.ts'
import type {ContainerSpec} from './container.ts'
import type {ExecAnswer, ExecQuestion} from './exec.ts'
import type {LogAnswer, LogQuestion} from './read-log.ts'
import type {VolumesQuestion} from './volumes/volume.ts'

/** What the main thread asks the runtime's worker thread, each with its answer. */
export type Requests = {
  /** Starts a process that owns new namespaces, a pod's (net, uts, ipc) or a node's (those and mnt), and names its netns. */
  readonly hold: {readonly question: HoldQuestion; readonly answer: {readonly pid: number}}
  /** Starts a program on a node, beside its pods; its end is told as a container's is, by its name. */
  readonly launch: {readonly question: LaunchQuestion; readonly answer: {readonly pid: number}}
  /** Ends what `hold` began. The namespaces go when their last process has gone. */
  readonly release: {readonly question: {readonly netns: string}; readonly answer: Record<never, never>}
  /** Runs a program to its end in a named network namespace. */
  readonly run: {readonly question: RunQuestion; readonly answer: RunAnswer}
  /** Applies ops in a named network namespace without a process; not done are those that the tools have to do. */
  readonly netlink: {readonly question: NetlinkQuestion; readonly answer: {readonly done: boolean}}
  /** Makes volumes of a pod, or brings them to what they should hold now. */
  readonly setUpVolumes: {readonly question: VolumesQuestion; readonly answer: Record<never, never>}
  /** Removes a pod's volumes and what is in them. */
  readonly removeVolumes: {readonly question: {readonly uid: string}; readonly answer: Record<never, never>}
  readonly start: {readonly question: ContainerSpec; readonly answer: {readonly pid: number}}
  /** Answered when all that was asked before has been begun, and all that takes no waiting has been done. */
  readonly turn: {readonly question: Record<never, never>; readonly answer: Record<never, never>}
  /** Signals a container's first process. A played program ends at SIGTERM, as a well-behaved server does. */
  readonly end: {readonly question: EndQuestion; readonly answer: Record<never, never>}
  /** Asks something of a pod, for a probe or a hook; can be cancelled. */
  readonly ask: {readonly question: AskQuestion; readonly answer: AskAnswer}
  /** A piece of what a container has printed; null when it has had no such life. */
  readonly log: {readonly question: LogQuestion; readonly answer: LogAnswer | null}
  /** Starts a program beside a container's first process; its end is told by a message of its own. */
  readonly exec: {readonly question: ExecQuestion; readonly answer: ExecAnswer}
  /** Makes a TCP socket in the network namespace of a process, not connected, and answers its descriptor. */
  readonly socket: {readonly question: {readonly pid: number}; readonly answer: {readonly descriptor: number}}
  /** Makes a TCP socket that listens in the network namespace of a process, and answers its descriptor. */
  readonly listen: {readonly question: ListenQuestion; readonly answer: {readonly descriptor: number}}
  /** Gives a container's first process something to read, the end of it (null), or its terminal a size. */
  readonly input: {readonly question: InputQuestion; readonly answer: Record<never, never>}
  /** Removes what a container leaves behind when its pod goes: its logs. */
  readonly remove: {readonly question: {readonly id: string}; readonly answer: Record<never, never>}
}

export type ListenQuestion = {readonly pid: number; readonly host: string; readonly port: number}

export type HoldQuestion = {
  /** The name under /run/netns. */
  readonly netns: string
  readonly hostname: string
  readonly as: 'pod' | 'node'
  /** The pod's containers share one pid namespace, of which the owner is the first process. */
  readonly sharesProcesses?: boolean
  /** The pod has IPv6, too. */
  readonly ipv6?: boolean
}

export type LaunchQuestion = {
  /** The process that owns the node's namespaces. */
  readonly nodePid: number
  /** What its log is called, and its end. */
  readonly name: string
  readonly argv: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
}

export type RunQuestion = {
  readonly netns: string
  readonly argv: readonly [string, ...string[]]
  readonly input: string
}

export type NetlinkQuestion = {readonly netns: string; readonly ops: readonly Op[]}

export type EndQuestion = {readonly id: string; readonly how: 'SIGTERM' | 'SIGKILL'}

export type InputQuestion = {
  readonly id: string
  readonly what: Uint8Array | null | {readonly columns: number; readonly rows: number}
}

export type RunAnswer = {readonly code: number; readonly stdout: string; readonly stderr: string}

export type RequestName = keyof Requests

export type RequestMessage =
  /** The first: the sandbox stands. Until then the thread only loads what it needs. */
  | {readonly name: 'begin'}
  | {
      readonly [N in RequestName]: {
        readonly number: number
        readonly name: N
        readonly question: Requests[N]['question']
      }
    }[RequestName]
  /** A child of this process has ended. */
  | {readonly name: 'reap'}
  /** Nobody waits for the answer to that question any more. */
  | {readonly number: number; readonly name: 'cancel'}

export type WorkerMessage =
  | {readonly type: 'ready'}
  | {readonly type: 'answer'; readonly number: number; readonly answer: unknown}
  | {readonly type: 'failure'; readonly number: number; readonly message: string; readonly kind: string}
  /** What the `exec` of that number started has ended. */
  | {readonly type: 'over'; readonly number: number; readonly code: number}
  /** A container ended, or, by its netns, the owner of namespaces that nobody has released. */
  | {readonly type: 'exited'; readonly id: string; readonly code: number}
