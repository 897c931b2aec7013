import type {Cidr} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import type {Mac} from '../net/mac.ts'

/**
 * What one network namespace holds, as plain data. What the kernel makes by itself (loopback's own addresses,
 * `proto kernel` routes, multicast entries, link-local addresses of IPv6) is left out: it follows from the rest. Addresses, routes and
 * neighbours of both families stand side by side.
 */
export type NetnsState = {
  readonly links: readonly Link[]
  readonly addresses: readonly LinkAddress[]
  readonly routes: readonly Route[]
  readonly neighbours: readonly Neighbour[]
  readonly fdb: readonly FdbEntry[]
  readonly sysctls: Readonly<Record<string, string>>
}

/** A network interface. Names have at most 15 characters, MTU is in bytes. */
export type Link = {
  readonly name: string
  readonly kind: LinkKind
  readonly up: boolean
  readonly mtu: number
  readonly mac?: Mac
  /** The bridge that it is a port of. */
  readonly master?: string
  /** A bridge port that sends a frame back out of where it came in (a pod that reaches itself through a Service). */
  readonly hairpin?: boolean
}

export type LinkKind =
  | {readonly type: 'loopback'}
  | {readonly type: 'veth'; readonly peer: VethPeer}
  | {readonly type: 'bridge'}
  /** A link that leads nowhere and answers no ARP; what it is for are the addresses on it: kube-ipvs0. */
  | {readonly type: 'dummy'}
  | {readonly type: 'vxlan'; readonly vni: number; readonly port: number; readonly local: Ip; readonly device: string}
  /** A device whose packets, without any Ethernet header, go to a process and come from it: flannel0. It has no MAC. */
  | {readonly type: 'tun'}
  /** A kind that podlab does not make (`ipip`, `wireguard`, ...). It is only observed, and left alone unless its name is needed. */
  | {readonly type: 'other'; readonly kind: string}

/**
 * The other end of a veth pair; it is made in `netns` together with this end, and goes when this end goes. A plan names it.
 * An observation has the `name` only when both ends lie in one namespace (for any other the kernel tells a number that means
 * something over there), and `netns` is empty when the other end's namespace has no name.
 */
export type VethPeer = {readonly netns: string; readonly name?: string; readonly mac?: Mac; readonly mtu?: number}

/** An address on a link, with its prefix: `172.17.13.1/24`. */
export type LinkAddress = {readonly link: string; readonly address: Cidr}

/**
 * A route as `ip route` shows it; without `via` the destination is on the link, `default` is 0.0.0.0/0 or ::/0. A destination has one
 * route, and never the network of an address on a link: that route is the kernel's own.
 */
export type Route = {readonly to: Cidr; readonly via?: Ip; readonly link: string; readonly onlink?: boolean}

/** A permanent neighbour entry: ARP for IPv4, ND for IPv6. */
export type Neighbour = {readonly link: string; readonly ip: Ip; readonly mac: Mac}

/** A permanent forwarding database entry of a vxlan device: this MAC is behind that node. */
export type FdbEntry = {readonly link: string; readonly mac: Mac; readonly remote: Ip}

/** A namespace with nothing but what the kernel puts into it. */
export const emptyNetns: NetnsState = {links: [], addresses: [], routes: [], neighbours: [], fdb: [], sysctls: {}}
