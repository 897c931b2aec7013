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

export type Order = {readonly number: number; readonly question: Question}

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
