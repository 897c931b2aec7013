import {type Cidr, cidrOf, nth, prefixLength} from '../../net/cidr.ts'
import {type Contribution, joinContributions} from '../plan.ts'
import {flannelRules} from './masquerade.ts'
import type {OverlayBackend, Situation, Underlay} from './overlay-backend.ts'

/** What flannel knows of the cluster, on one node. */
export type FlannelContext = Situation & {readonly backend: OverlayBackend}

/** All that flannel does on a node: the way to the other nodes' pods, masquerade, and what it leaves for docker to read. */
export function flannelPlan({backend, ...situation}: FlannelContext): Contribution {
  const overlay = backend.plan(situation)
  const {network, self, underlay} = situation
  const files = {'/run/flannel/subnet.env': subnetEnv({network, subnet: self.subnet, mtu: podMtu(backend, underlay)})}
  return joinContributions([overlay, {rules: [flannelRules({network, subnet: self.subnet})], files}])
}

/** The MTU of docker0 and of every pod, in bytes. */
export function podMtu(backend: OverlayBackend, underlay: Underlay): number {
  return underlay.mtu - backend.overhead
}

/** The text of /run/flannel/subnet.env; docker's `--bip` and `--mtu` come from it. */
export function subnetEnv(options: {readonly network: Cidr; readonly subnet: Cidr; readonly mtu: number}): string {
  const {network, subnet, mtu} = options
  const bip = cidrOf(nth(subnet, 1), prefixLength(subnet))
  return `FLANNEL_NETWORK=${network}\nFLANNEL_SUBNET=${bip}\nFLANNEL_MTU=${mtu}\nFLANNEL_IPMASQ=true\n`
}
