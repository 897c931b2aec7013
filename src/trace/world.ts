import type {NetnsState} from '../kernel/state.ts'
import type {Ip, IpFamily} from '../net/ip.ts'
import type {Ending, Hook, Packet, Passage} from './packet.ts'

/** All that packets can meet, planned or observed: machines by the names of their network namespaces. */
export type World = ReadonlyMap<string, Machine>

/** A network namespace: a node, a pod, a client outside, the router between the machines. */
export type Machine = {
  readonly name: string
  readonly state: NetnsState
  /** What filters and rewrites its packets; `iptablesFilters` and `nftFilters` make them of rules. */
  readonly filters: readonly Filter[]
  /** The sets of ipset that rules name. */
  readonly sets?: Readonly<Record<string, IpSet>>
  readonly sockets: readonly Socket[]
}

/** A chain that a hook's packets enter, the lower its priority the earlier. One of type nat is asked for the first packet of a connection only. */
export type Filter = {
  readonly hook: Hook
  readonly priority: number
  readonly isNat: boolean
  /** Whose packets it is asked for; those of both when left out. */
  readonly family?: IpFamily
  run(passage: Passage, machine: Machine): readonly Ending[]
}

/** A set of ipset: `hash:ip,port` with entries such as `10.96.0.10,tcp:53`. */
export type IpSet = {readonly type: string; readonly entries: readonly string[]}

/**
 * Where a program takes connections; at all addresses when none is given. One that `forwards` is a proxy: it makes a connection of its own to
 * one of these places, each as likely as the others.
 */
export type Socket = {
  readonly protocol: Packet['protocol']
  readonly port: number
  readonly ip?: Ip
  readonly forwards?: readonly {readonly ip: Ip; readonly port: number}[]
}
