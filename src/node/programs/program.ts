/** A server that podlab plays for a container. It listens in the pod's network namespace, in podlab's own worker thread. */
export type Program = (context: ProgramContext) => PlayedServer

export type ProgramContext = {
  readonly argv: readonly string[]
  readonly hostname: string
  readonly environment: Readonly<Record<string, string>>
  /** Writes one line to the container's log. */
  readonly log: (line: string) => void
  /** Reads a file of the container; undefined when there is none. */
  readonly readFile: (path: string) => Buffer | undefined
  /** The names in a folder of the container; none when there is no such folder. */
  readonly listFiles: (path: string) => readonly string[]
  /** Does something at once in the pod's network namespace: sockets made by it belong there. */
  readonly inNetwork: <T>(act: () => T) => T
  /** Ends the container with an exit code, as a program that exits by itself. */
  readonly exit: (code: number) => void
}

/** Programs by the name that images give them under `played`. */
export type Programs = Readonly<Record<string, Program>>

export type PlayedServer = {
  /** The descriptors of its listening sockets: the container's process holds them too, so that `ss -p` names it. */
  readonly sockets: readonly number[]
  /** Stops listening and cuts what is open, as the end of a process does. */
  close(): void
}
