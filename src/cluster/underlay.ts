import {emptyNetns, type Link, type NetnsState} from '../kernel/state.ts'
import type {ClusterConfig, NodeConfig} from '../lab/lab.ts'
import {type Cidr, cidrOf, nth, parseCidr, prefixLength, sizeOf} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import {macOf} from '../net/mac.ts'

/** The name of the namespace that holds the underlay: the sandbox's own. */
export const underlayNetns = 'underlay'

/** The switch that the nodes are plugged into. */
const switchName = 'underlay0'

/** The MTU of the nodes' network, in bytes. */
export const underlayMtu = 1500

/**
 * The network between the nodes: a bridge that plays the switch, with a port for every node, named as the node is. The ports'
 * other ends are the nodes' eth0.
 */
export function underlayPlan({underlay}: ClusterConfig, nodes: readonly NodeConfig[]): NetnsState {
  const links: Link[] = [
    {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
    {name: switchName, kind: {type: 'bridge'}, up: true, mtu: underlayMtu, mac: macOf(routerAddress(underlay, nodes))},
    ...nodes.map(node => portOf(node)),
  ]
  return {
    ...emptyNetns,
    links,
    addresses: [{link: switchName, address: cidrOf(routerAddress(underlay, nodes), prefixLength(underlay))}],
    // Frames that the switch passes on are none of iptables' business. As the nodes' router it knows no way to anywhere, and by
    // forwarding it says so (network unreachable) instead of keeping silent.
    sysctls: {'net.bridge.bridge-nf-call-iptables': '0', 'net.ipv4.ip_forward': '1', 'net.ipv4.icmp_ratelimit': '0'},
  }
}

/** What a node has of the underlay: eth0 with its address, and the MAC addresses of the others, which never change. */
export function machinePlan({underlay}: ClusterConfig, node: NodeConfig, nodes: readonly NodeConfig[]): NetnsState {
  const others = nodes.filter(({name}) => name !== node.name).map(({address}) => address)
  const router = routerAddress(underlay, nodes)
  return {
    ...emptyNetns,
    links: [
      {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
      {
        name: 'eth0',
        kind: {type: 'veth', peer: {netns: underlayNetns, name: node.name}},
        up: true,
        mtu: underlayMtu,
        mac: macOf(node.address),
      },
    ],
    addresses: [{link: 'eth0', address: cidrOf(node.address, prefixLength(underlay))}],
    routes: [{to: parseCidr('0.0.0.0/0'), via: router, link: 'eth0'}],
    neighbours: [...others, router].map(ip => ({link: 'eth0', ip, mac: macOf(ip)})),
  }
}

function portOf({name, address}: NodeConfig): Link {
  const peer = {netns: name, name: 'eth0', mac: macOf(address), mtu: underlayMtu}
  return {name, kind: {type: 'veth', peer}, up: true, mtu: underlayMtu, master: switchName}
}

/* The switch is the nodes' router too: a Service's address needs a way out before kube-proxy's rules can turn it into a pod's. It has
   the network's last address that is no node's. */
function routerAddress(underlay: Cidr, nodes: readonly NodeConfig[]): Ip {
  const taken = new Set(nodes.map(({address}) => address))
  let index = sizeOf(underlay) - 2
  while (taken.has(nth(underlay, index))) index--
  return nth(underlay, index)
}
