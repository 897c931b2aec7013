import type {Ip} from '../net/ip.ts'
import type {Note, Packet, Step} from './packet.ts'

/** What becomes of a connection's first packet, one of the ways that chance leaves it. */
export type Outcome = Fate & {
  readonly probability: number
  /** The rules that had to do with it, in the order in which it met them. */
  readonly steps: readonly Step[]
  /** What rules have written down: a next packet that is traced with it goes where they remember. */
  readonly notes: readonly Note[]
}

export type Fate =
  /** A program has it, and takes `source` for the client. */
  | {readonly outcome: 'delivered'; readonly at: string; readonly to: Place; readonly source: Ip}
  /** It is for this machine, where no program listens: TCP is reset, UDP is answered port unreachable. */
  | {readonly outcome: 'closed'; readonly at: string; readonly packet: Packet}
  | {readonly outcome: 'rejected'; readonly at: string; readonly with: string}
  | {readonly outcome: 'dropped'; readonly at: string}
  /** The machine knows no way to where it should go. */
  | {readonly outcome: 'unreachable'; readonly at: string; readonly packet: Packet}

export type Place = {readonly ip: Ip; readonly port: number}
