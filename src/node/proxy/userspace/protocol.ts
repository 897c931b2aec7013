import type {PortRange} from '../../../net/port-range.ts'
import type {ProxiedPort} from './proxied-port.ts'

/** How a node's proxy works, whatever it serves. */
export type ProxyOptions = {
  /** Where it takes its ports from. */
  readonly range: PortRange
  /** When a UDP client that neither sends nor gets anything is forgotten. */
  readonly udpIdleMs: number
}

/** What the main thread asks of the thread that proxies; each question has its answer. */
export type Question =
  /** Serve these, too, or otherwise than before; the others stay. */
  | {
      readonly ask: 'open'
      readonly netns: string
      readonly ports: readonly ProxiedPort[]
      readonly options: ProxyOptions
    }
  /** Listen for these no longer; open connections go on. */
  | {readonly ask: 'close'; readonly netns: string; readonly names: readonly string[]}
  /** End all that the node's proxy has, connections too. */
  | {readonly ask: 'stop'; readonly netns: string}
  /** From now on ask before each call, or ask no longer. A node that has stopped does not ask. */
  | {readonly ask: 'guard'; readonly netns: string; readonly guarded: boolean}

export type Order =
  | {readonly type: 'question'; readonly number: number; readonly question: Question}
  | {readonly type: 'verdict'; readonly number: number; readonly verdict: Verdict}

/** What the proxy is about to do for a client: a connection to an endpoint, or the first datagram of a flow. */
export type ProxyCall = {
  readonly client: string
  /** `172.17.12.2:8080`. */
  readonly endpoint: string
  readonly protocol: ProxiedPort['protocol']
}

/**
 * Whether it may. When policies let the client through, the call is made `for the client`, and the endpoint's node is told so (`vouched.ts`). A call
 * that no policy of this node speaks of is made `as the node`, as if there were none.
 */
export type Verdict = 'for the client' | 'as the node' | 'not at all'

/** What became of one port: where it is served, and what could not be opened, with the reasons. */
export type Opened = {
  readonly name: string
  readonly proxyPort?: number
  readonly refused: readonly (readonly [what: string, why: string])[]
}

export type Report =
  | {readonly type: 'ready'}
  | {readonly type: 'done'; readonly number: number; readonly opened: readonly Opened[]}
  | {readonly type: 'failed'; readonly number: number; readonly message: string}
  /** The thread asks, and waits for a verdict of that number. */
  | {readonly type: 'call'; readonly number: number; readonly netns: string; readonly call: ProxyCall}
