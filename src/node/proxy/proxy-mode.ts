import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Contribution} from '../plan.ts'
import type {ProxyConfiguration} from './configuration.ts'
import type {ServicePort} from './service-port.ts'
import type {ProxiedPort, ProxySockets} from './userspace/proxied-port.ts'

/** A way of making Services work on a node. */
export type ProxyMode = {
  /** The ports for which kube-proxy itself is to take connections; what it opened for them then stands in the context. */
  proxied?(ports: readonly ServicePort[], context: ProxyContext): readonly ProxiedPort[]
  plan(ports: readonly ServicePort[], context: ProxyContext): Contribution
}

/** What a proxy knows of its node, and how it is to work. What is left out is as by default. */
export type ProxyContext = Partial<
  Pick<
    ProxyConfiguration,
    'localhostNodePorts' | 'nodePortAddresses' | 'portRange' | 'profile' | 'scheduler' | 'strictARP'
  >
> & {
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
export type ProxyNode = Pick<ProxyContext, 'nodeName' | 'nodeIp' | 'zone' | 'addresses' | 'serviceRange'>

/** What the proxy of a node goes by. */
export function contextOf(node: ProxyNode, {mode: _mode, clusterCIDR, ...rest}: ProxyConfiguration): ProxyContext {
  return {...node, ...rest, ...(clusterCIDR && {clusterCidr: clusterCIDR})}
}
