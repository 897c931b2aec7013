import type {Agent} from '../../node/agent.ts'
import type {LogAnswer, LogQuestion} from '../../node/runtime/read-log.ts'

/** The nodes of a lab whose agents are processes of their own. The lab makes their machines, as it makes its clients; the rest is theirs. */
export type Outsiders = {
  /** The processes that own the nodes' namespaces, by name. */
  readonly pids: ReadonlyMap<string, number>
  /** Throws OutsiderError. */
  start(name: string): Promise<void>
  /** Kills a node's agent, and with it its pods. Throws OutsiderError. */
  stop(name: string): Promise<void>
  /** Those agents that run, as they are now; what they do not say within a second is nothing. */
  look(): Promise<readonly Agent[]>
  /** What a container has printed, asked of its node's agent; undefined when it is on none of these nodes. */
  readLog(question: LogQuestion): Promise<LogAnswer | undefined> | undefined
  /** To be told of each program of the lab that ended. */
  exited(id: string, code: number): void
}

/** A node that is no outsider, or whose agent runs already or not; the message says which. */
export class OutsiderError extends Error {
  override readonly name = 'OutsiderError'
}

/** Why a node is no outsider, with the names of those that are. */
export function noOutsider(name: string, names: readonly string[]): OutsiderError {
  const others = names.length > 0 ? `such nodes are ${names.join(', ')}` : 'the lab has none (outside: true)'
  return new OutsiderError(`${name} is no node with an agent of its own; ${others}`)
}

const refuse = async (name: string) => {
  throw noOutsider(name, [])
}

/** Those of a lab that has none. */
export const noOutsiders: Outsiders = {
  pids: new Map(),
  start: refuse,
  stop: refuse,
  look: async () => [],
  readLog: () => undefined,
  exited: () => undefined,
}
