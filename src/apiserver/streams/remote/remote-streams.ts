import type {Readable, Writable} from 'node:stream'
import type {TerminalSize} from '../../containers.ts'

/** Which of its standard streams a client wants to have of a program. */
export type Wanted = {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** The client's end of a program: its streams by whatever way they travel. Those that the client did not want are undefined. */
export type RemoteStreams = {
  readonly stdin: Readable | undefined
  readonly stdout: Writable | undefined
  readonly stderr: Writable | undefined
  /** Hears of every new size of the client's terminal. */
  onResize(listener: (size: TerminalSize) => void): void
  /** Says how the program ended, when all its output has been taken, and takes leave. */
  finish(outcome: Outcome): Promise<void>
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal
}

/** How a program ended, as clients read it on the error stream. */
export type Outcome = {
  readonly metadata: Readonly<Record<never, never>>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: {readonly causes: readonly {readonly reason: string; readonly message: string}[]}
  readonly code?: number
}

/** The outcome of a program that ran to its end. */
export function outcomeOf(command: readonly string[], code: number): Outcome {
  if (code === 0) return {metadata: {}, status: 'Success'}
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: {causes: [{reason: 'ExitCode', message: `${code}`}]},
  }
}

/** The outcome of something that went wrong between the client and the program. */
export function outcomeOfError(error: Error): Outcome {
  const message = `Internal error occurred: ${error.message}`
  return {metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500}
}

/** The size that a client sends as JSON: `{"Width": 80, "Height": 24}`; undefined when it is none. */
export function parseSize(text: string): TerminalSize | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const {Width: columns, Height: rows} = value as Record<string, unknown>
  return isSide(columns) && isSide(rows) ? {columns, rows} : undefined
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 16
}
