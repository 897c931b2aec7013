import type {Ip} from '../net/ip.ts'

/** The first packet of a connection, as it is on the wire. */
export type Packet = {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly source: Ip
  readonly sourcePort: number
  readonly destination: Ip
  readonly port: number
}

/** The places in a machine where its packets meet rules. */
export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'

/** A rule that a packet met and that had to do with it, where it stands, in the words of its tool. */
export type Step = {
  readonly machine: string
  readonly hook: Hook
  /** `nat` of iptables, `ip kube-proxy` of nftables. */
  readonly table: string
  readonly chain: string
  readonly rule: string
}

/** An address that rules wrote down: in a list of xt_recent, or in a set that packets fill. */
export type Note = {readonly machine: string; readonly list: string; readonly ip: Ip}

/** A packet on its way through a machine, one of the ways that chance leaves it. */
export type Passage = {
  readonly packet: Packet
  /** How likely it is that the packet came this way. */
  readonly probability: number
  /** The kernel's own mark, which never leaves a machine. */
  readonly mark: number
  /** The links that it came in and goes out by; none for what the machine itself sends or takes. */
  readonly in?: string
  readonly out?: string
  /** It came in by a port of a bridge; `bridged` when it also leaves by one, and the machine only carries the frame. */
  readonly port?: 'in' | 'bridged'
  /** The ends of the connection that this machine has settled already, rewritten or not: no nat rule is asked again. */
  readonly settled: {readonly source: boolean; readonly destination: boolean}
  readonly rewritten: {readonly source: boolean; readonly destination: boolean}
  /** The virtual server by which ip_vs has handed it on in this machine: `-t 10.96.0.10:53`. ip_vs looks at no packet twice. */
  readonly balancedBy?: string
  readonly notes: readonly Note[]
  readonly steps: readonly Step[]
}

/** What a chain or hook has made of a packet. What is `sent` the machine sends on as its own, by the hook output: ip_vs does. */
export type Verdict = 'accept' | 'drop' | 'return' | 'sent' | {readonly reject: string}
export type Ending = {readonly passage: Passage; readonly verdict: Verdict}
