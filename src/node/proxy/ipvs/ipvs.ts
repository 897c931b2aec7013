import {ipvsPlanOfParts} from '../../../kernel/ipvs/parts.ts'
import type {Link, NetnsState} from '../../../kernel/state.ts'
import type {PacketPlan} from '../../plan.ts'
import type {ProxyContext, ProxyMode} from '../proxy-mode.ts'
import type {ServicePort} from '../service-port.ts'
import {ipvsLink, planned} from './planned.ts'

/**
 * kube-proxy's ipvs mode, as of Kubernetes 1.32. The kernel's own balancer (ip_vs) finds a Service in a hash table and has a choice of schedulers, where the iptables mode
 * goes through a list of rules and draws lots.
 *
 * ip_vs looks at packets that are for the node itself, so every address of a Service is one of the node's: all stand on kube-ipvs0, a link that
 * leads nowhere and answers no ARP. Rules of iptables remain for what ip_vs does not do: to masquerade, and to keep out. They ask sets, and
 * their number does not grow with the Services.
 */
export const ipvs: ProxyMode = {
  noIpv6: 'ipvs mode has no IPv6 here: choose iptables or nftables',
  plan: (ports, context) => ({state: ipvsState(ports, context), rules: ipvsPlans(ports, context)}),
}

/** Sets, rules and virtual servers; the rules name the sets. */
export function ipvsPlans(ports: readonly ServicePort[], context: ProxyContext): readonly PacketPlan[] {
  const {sets, servers, rules} = planned(ports, context)
  return [{backend: 'ipset', owner: 'kube-proxy', sets}, ipvsPlanOfParts('kube-proxy', servers), rules]
}

const links: readonly Link[] = [{name: ipvsLink, kind: {type: 'dummy'}, up: false, mtu: 1500}]

/** kube-ipvs0 with its addresses, and what ip_vs must be told once: to take conntrack along, and to let go of what is gone. */
export function ipvsState(ports: readonly ServicePort[], context: ProxyContext): Partial<NetnsState> {
  return {
    links,
    addresses: planned(ports, context).addresses,
    sysctls: {
      'net.ipv4.vs.conntrack': '1',
      'net.ipv4.vs.expire_nodest_conn': '1',
      'net.ipv4.vs.expire_quiescent_template': '1',
      ...(context.strictARP && {'net.ipv4.conf.all.arp_ignore': '1', 'net.ipv4.conf.all.arp_announce': '2'}),
    },
  }
}
