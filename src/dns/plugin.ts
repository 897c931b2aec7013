import type {Line} from './corefile/lines.ts'
import type {ClusterNames} from './kubernetes/cluster-names.ts'
import type {Metrics} from './metrics/metrics.ts'
import type {Exchange} from './upstream.ts'
import type {Query} from './wire/accept.ts'
import type {Question, ResourceRecord} from './wire/record.ts'

/*
 * A server block is a row of plugins, each of which answers a query or passes it on to the next, and may change what comes back. Their order
 * is CoreDNS's and not that of the Corefile. Most answers are there at once; only what is asked of another server is waited for.
 */

/** Who asks. */
export type Client = {
  readonly address: string
  readonly port: number
  readonly protocol: 'udp' | 'tcp'
}

export type Reply = {
  readonly rcode: number
  readonly answers: readonly ResourceRecord[]
  readonly authorities: readonly ResourceRecord[]
  readonly additionals: readonly ResourceRecord[]
  readonly authoritative: boolean
  readonly truncated?: boolean
  readonly recursionAvailable?: boolean
  readonly authenticated?: boolean
  /** The plugin that answered. */
  readonly by: string
  /** Nobody answered: the code is all there is, and no plugin changes it or keeps it. */
  readonly bare?: true
  /** What went wrong, for the log. */
  readonly error?: string
  /** The question that this answers, where it is not the one that was asked. */
  readonly question?: Question
  /** Until when exactly this may be said again to the same question, in milliseconds; never where it is not set. */
  readonly until?: number
  /** Its records may be believed for so many seconds since then, in milliseconds: a repetition counts them down. */
  readonly ages?: Ages
  /** Counts a repetition where the plugins count answers. */
  readonly again?: () => void
}

export type Ages = {readonly since: number; readonly seconds: number}

export type Answer = Reply | Promise<Reply>

export type Handler = (query: Query, client: Client) => Answer

/** What a server block runs in. */
export type Site = {
  /** As metrics and messages name the server: `dns://:53`. */
  readonly server: string
  readonly port: number
  readonly zones: readonly string[]
  readonly metrics: Metrics
  readonly names: ClusterNames
  /** The server's own addresses, those of its pod. */
  readonly ownAddresses: readonly string[]
  readonly exchange: Exchange
  /** Asks the whole server, as a client would. */
  readonly ask: Handler
  readonly log: (line: string) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds of a clock that never jumps, and finer. */
  readonly clock: () => number
  readonly random: () => number
  readonly readFile: (path: string) => string | undefined
  /** Does something after so many milliseconds, unless the server has ended. */
  readonly later: (milliseconds: number, what: () => void) => void
  /** The server cannot go on; what it says ends it. */
  readonly fatal: (message: string) => void
}

/** A plugin as a Corefile has set it up. */
export type Configured = {
  readonly handler?: (site: Site) => (next: Handler) => Handler
  readonly http?: HttpNeed
  /** How often the Corefile is looked at, in milliseconds. */
  readonly reloadEvery?: number
  /** How long the server goes on answering when it is told to end, in milliseconds. */
  readonly lameduck?: number
  /** Whether it has all that it needs to answer. */
  readonly ready?: (site: Site) => boolean
}

export type HttpNeed = {readonly kind: 'health' | 'ready' | 'metrics'; readonly port: number}

export type Plugin = {
  readonly name: string
  /** Reads the lines of a server block that begin with the plugin's name; throws CorefileError. */
  readonly read: (given: Given) => Configured
}

export type Given = {
  readonly lines: readonly Line[]
  /** The zones of the server block. */
  readonly zones: readonly string[]
  /** Everything that the server block says. */
  readonly block: readonly Line[]
  readonly readFile: (path: string) => string | undefined
  readonly fail: (line: Line, what: string) => Error
}

/** Does something with an answer, at once where it is there. */
export function then<T>(answer: Answer, what: (reply: Reply) => T): T | Promise<T> {
  return answer instanceof Promise ? answer.then(what) : what(answer)
}

/** As `then`, for what gives a reply. */
export function change(answer: Answer, what: (reply: Reply) => Reply): Answer {
  return answer instanceof Promise ? answer.then(what) : what(answer)
}

/** Only a code: what the server says when no plugin has an answer. */
export function bare(rcode: number, by: string, error?: string): Reply {
  return {rcode, ...nothing, authoritative: false, by, bare: true, ...(error !== undefined && {error})}
}

const nothing = {answers: [], authorities: [], additionals: []}
