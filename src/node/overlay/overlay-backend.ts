import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Mac} from '../../net/mac.ts'
import type {Contribution} from '../plan.ts'

/** A node's share of the pod network, and where the node is to be found; in a dual-stack cluster the same again in IPv6. */
export type Lease = FamilyLease & {readonly node: string; readonly ipv6?: FamilyLease}

/** What a lease is about in one family of addresses. */
export type FamilyLease = {
  /** The node's address in the underlay. */
  readonly publicIp: Ip
  /** `172.17.13.0/24`. */
  readonly subnet: Cidr
  /** The MAC address of the node's end of the tunnels (VTEP). */
  readonly vtepMac: Mac
}

/** The node's way to the other nodes. */
export type Underlay = {
  readonly link: string
  readonly mtu: number
  /**
   * Where this machine gives podlab no TUN device: the name of a namespace, none of the nodes', for the far end of the veth pair
   * that stands in for it.
   */
  readonly standIn?: string
}

/** What a backend plans from. `network` is the pod network of the whole cluster, flannel's `Network`; `network6` its `IPv6Network`. */
export type Situation = {
  readonly network: Cidr
  readonly network6?: Cidr
  readonly self: Lease
  readonly peers: readonly Lease[]
  readonly underlay: Underlay
}

/** A way of carrying packets between the pods of different nodes. */
export type OverlayBackend = {
  /** What it puts around each packet, in bytes: by so much the pods' MTU is less than the underlay's. */
  readonly overhead: number
  /** Why it cannot carry IPv6; undefined when it does. */
  readonly noIpv6?: string
  /** What the peers must know of a node besides its address: the `backend-data` that the node publishes. */
  leaseData(self: FamilyLease): unknown
  plan(situation: Situation): Contribution
}
