import {type Cidr, everywhere, prefixLength} from '../../net/cidr.ts'
import {familyOf, type Ip, type IpFamily} from '../../net/ip.ts'
import type {Contribution} from '../plan.ts'
import type {ProxyConfiguration} from './configuration.ts'
import type {ServicePort} from './service-port.ts'
import type {ProxiedPort, ProxySockets} from './userspace/proxied-port.ts'

/** A way of making Services work on a node. */
export type ProxyMode = {
  /** The ports for which kube-proxy itself is to take connections; what it opened for them then stands in the context. */
  proxied?(ports: readonly ServicePort[], context: ProxyContext): readonly ProxiedPort[]
  /** Of a dual-stack node's ports twice: once for those of IPv4, and again for those of IPv6 with the context of that family. */
  plan(ports: readonly ServicePort[], context: ProxyContext): Contribution
  /** Why it cannot serve IPv6; undefined when it can. */
  readonly noIpv6?: string
}

/** What a proxy knows of its node, and how it is to work. What is left out is as by default. */
export type ProxyContext = Partial<
  Pick<
    ProxyConfiguration,
    'localhostNodePorts' | 'nodePortAddresses' | 'portRange' | 'profile' | 'scheduler' | 'strictARP'
  >
> & {
  /** Of which family ports and addresses are; IPv4 when left out. */
  readonly family?: 'IPv6'
  readonly nodeName: string
  /** The node's address on the underlay. */
  readonly nodeIp?: Ip
  /** The zone that its label topology.kubernetes.io/zone names. */
  readonly zone?: string
  /** All its addresses at which node ports may answer, by `nodePortAddresses`. */
  readonly addresses?: readonly Ip[]
  /** kube-proxy's `--cluster-cidr`: packets for a cluster IP that come from elsewhere are masqueraded. Without it, none are. */
  readonly clusterCidr?: Cidr
  /** Where cluster IPs are taken from; unused ones of it keep silent in nftables mode. */
  readonly serviceRange?: Cidr
  /** kube-proxy's `--masquerade-all`: every packet for a cluster IP is masqueraded. */
  readonly masqueradeAll?: boolean
  /** What kube-proxy has opened of what its mode wants proxied. */
  readonly proxySockets?: ProxySockets
}

/** What is so of a node whatever kube-proxy is told. */
export type ProxyNode = Pick<ProxyContext, 'nodeName' | 'nodeIp' | 'zone' | 'addresses' | 'serviceRange'> & {
  /** What is another in IPv6, on a dual-stack node. */
  readonly ipv6?: Pick<ProxyContext, 'nodeIp' | 'addresses' | 'serviceRange'>
}

/** What the proxy of a node goes by. */
export function contextOf(
  {ipv6: _ipv6, ...node}: ProxyNode,
  {mode: _mode, clusterCIDR, clusterCIDR6: _six, ...rest}: ProxyConfiguration,
): ProxyContext {
  const nodePortAddresses = nodePortNetworks(rest, 'IPv4')
  return {...node, ...rest, nodePortAddresses, ...(clusterCIDR && {clusterCidr: clusterCIDR})}
}

/* Where networks are named, but none of this family, its node ports answer everywhere; and whoever names everywhere need name no more. */
function nodePortNetworks(
  {nodePortAddresses: named}: Pick<ProxyConfiguration, 'nodePortAddresses'>,
  family: IpFamily,
): readonly Cidr[] {
  const own = named.filter(net => familyOf(net) === family)
  const isAll = named.length > 0 && (own.length === 0 || answersEverywhere(own))
  return isAll ? [everywhere(family)] : own
}

/** Whether node ports answer at all addresses of the node, because its kube-proxy is told so. */
export function answersEverywhere(nodePortAddresses: readonly Cidr[]): boolean {
  return nodePortAddresses.some(net => prefixLength(net) === 0)
}

/** The same for Services of IPv6; undefined for a node that has none. */
export function contextOf6(node: ProxyNode, configuration: ProxyConfiguration): ProxyContext | undefined {
  if (node.ipv6 === undefined) return undefined
  const {clusterCidr: _four, ...context} = contextOf(node, configuration)
  const {clusterCIDR6} = configuration
  return {
    ...{...context, ...node.ipv6, family: 'IPv6'},
    nodePortAddresses: nodePortNetworks(configuration, 'IPv6'),
    ...(clusterCIDR6 && {clusterCidr: clusterCIDR6}),
  }
}
