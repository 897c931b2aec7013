import type {Argument, Option} from 'commander'

/** A command as the command line shows it; what it does is loaded when it is called. */
export type CommandEntry = {
  readonly summary: string
  /** Further lines of its help: examples, exit codes. */
  readonly details?: string
  readonly arguments?: readonly Argument[]
  readonly options?: readonly Option[]
  /** Everything after the first operand, or after `--`, belongs to the program to run. */
  readonly passThrough?: true
  readonly load: () => Promise<{readonly run: CommandRun}>
}

/** Runs a command with its operands and options; answers the exit code. */
export type CommandRun = (operands: readonly unknown[], options: CommandOptions, signal: AbortSignal) => Promise<number>

export type CommandOptions = Readonly<Record<string, unknown>>

/** A mistake in the command line: its message says what to type instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
