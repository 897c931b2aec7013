import {type Cidr, cidrOf, nth, prefixLength} from '../../net/cidr.ts'
import {type Contribution, joinContributions} from '../plan.ts'
import {flannelRules, type PodNetworks} from './masquerade.ts'
import type {OverlayBackend, Situation, Underlay} from './overlay-backend.ts'

/** What flannel knows of the cluster, on one node. */
export type FlannelContext = Situation & {readonly backend: OverlayBackend}

/** All that flannel does on a node: the way to the other nodes' pods, masquerade, and what it leaves for docker to read. */
export function flannelPlan({backend, ...situation}: FlannelContext): Contribution {
  const overlay = backend.plan(situation)
  const {network, network6, self, underlay} = situation
  const ipv6 = self.ipv6 && network6 && {network: network6, subnet: self.ipv6.subnet}
  const mtu = podMtu(backend, underlay)
  const files = {'/run/flannel/subnet.env': subnetEnv({network, subnet: self.subnet, mtu, ...(ipv6 && {ipv6})})}
  const rules = [flannelRules({network, subnet: self.subnet}), ...(ipv6 ? [flannelRules(ipv6)] : [])]
  return joinContributions([overlay, {rules, files}])
}

/** The MTU of docker0 and of every pod, in bytes. */
export function podMtu(backend: OverlayBackend, underlay: Underlay): number {
  return underlay.mtu - backend.overhead
}

/** The text of /run/flannel/subnet.env; docker's `--bip` and `--mtu` come from it. */
export function subnetEnv(options: PodNetworks & {readonly mtu: number; readonly ipv6?: PodNetworks}): string {
  const {network, subnet, mtu, ipv6} = options
  const bip = (subnet: Cidr) => cidrOf(nth(subnet, 1), prefixLength(subnet))
  const more = ipv6 ? `FLANNEL_IPV6_NETWORK=${ipv6.network}\nFLANNEL_IPV6_SUBNET=${bip(ipv6.subnet)}\n` : ''
  return `FLANNEL_NETWORK=${network}\nFLANNEL_SUBNET=${bip(subnet)}\n${more}FLANNEL_MTU=${mtu}\nFLANNEL_IPMASQ=true\n`
}
