import type {UdpForwarder, UdpRoute} from './udp-forwarder.ts'

/** What the main thread tells the thread that forwards; `number` is a daemon's. */
export type Order =
  | {readonly type: 'start'; readonly number: number; readonly netns: string; readonly forwarder: UdpForwarder}
  | {readonly type: 'routes'; readonly number: number; readonly routes: readonly UdpRoute[]}
  | {readonly type: 'stop'; readonly number: number}
  | {readonly type: 'end'}

/** What it says. */
export type Report =
  /** It waits; whoever has an order for it must wake it by this eventfd. */
  | {readonly type: 'ready'; readonly wake: number}
  /** A daemon works. `descriptors` are those that do not close by themselves when the thread breaks. */
  | {readonly type: 'started'; readonly number: number; readonly descriptors: readonly number[]}
  | {readonly type: 'refused'; readonly number: number; readonly message: string}
  | {readonly type: 'stopped'; readonly number: number}
  /** A daemon cannot go on. */
  | {readonly type: 'died'; readonly number: number; readonly message: string}
