import type {Duplex, Readable, Writable} from 'node:stream'

/**
 * What the API server asks of the nodes: only they have the containers. `src/cluster/daemon` implements it. Pods and containers are those
 * of the store; what is not there on its node, or not yet, is a ContainerMissing.
 */
export type Containers = {
  /** Resolves when the container has a first process, to exec beside or attach to. */
  find(place: ContainerPlace): Promise<void>
  /** Runs a program beside a container's first process. One that cannot be started is a program that says why, and its code. */
  exec(place: ContainerPlace, options: ExecOptions): Promise<Program>
  /** Joins a container's first process: what it prints from now on, and its standard input where the container has one. */
  attach(place: ContainerPlace, options: AttachOptions): Promise<Program>
  /** What a container has printed; ends when that is all, or with `follow` when the container has ended. */
  log(place: ContainerPlace, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Buffer>>
  /** A connection to a port of 127.0.0.1 in the pod's network, once it stands. */
  dial(pod: PodPlace, port: number): Promise<Duplex>
}

export type PodPlace = {readonly namespace: string; readonly name: string}

export type ContainerPlace = PodPlace & {readonly container: string}

export type AttachOptions = {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

export type ExecOptions = AttachOptions & {readonly command: readonly string[]}

export type LogOptions = {
  readonly follow: boolean
  readonly previous: boolean
  /** Every line begins with the time when it was printed. */
  readonly timestamps: boolean
  /** The last lines alone. */
  readonly tail?: number
  /** What was printed since then, in ms since 1970. */
  readonly since?: number
  readonly limitBytes?: number
}

/** A process and its standard streams, as far as they were asked for; with a terminal all its output is `stdout`. */
export type Program = {
  readonly stdin: Writable | undefined
  readonly stdout: Readable | undefined
  readonly stderr: Readable | undefined
  resize(size: TerminalSize): void
  /** The code that it ended with, a signal counting as 128 and its number. */
  readonly ended: Promise<number>
  /** Lets go of it: what `exec` has started is ended with all that is below it, what `attach` has joined runs on. */
  end(): void
}

export type TerminalSize = {readonly columns: number; readonly rows: number}

/** A container that does not run, or has not had that life; the message is the node's. */
export class ContainerMissing extends Error {
  override readonly name = 'ContainerMissing'
}
