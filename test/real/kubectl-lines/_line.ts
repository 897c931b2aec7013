/** What is expected of an output: all of it, parts in their order, or a pattern. */
export type Said = string | readonly string[] | RegExp

/** A command line of kubectl, and what it says. `{namespace}`, `{node}`, `{ip}` stand for the client's own. */
export type CommandLine = {
  readonly run: string
  /** On standard output; of what fails, on standard error. */
  readonly says?: Said
  /** What an older kubectl says instead. */
  readonly older?: {readonly below: number; readonly says: Said}
  /** The exit code of what is to fail. */
  readonly fails?: number
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** What does not end by itself is ended once it has said this. */
  readonly until?: RegExp
  /** Done while it runs, after it has said something. */
  readonly meanwhile?: {readonly after: RegExp; readonly line: CommandLine}
  /** kubectl older than this minor version cannot do it, and why. */
  readonly since?: {readonly minor: number; readonly reason: string}
}
