import {emptyNetns, type Link, type NetnsState} from '../kernel/state.ts'
import type {ClusterConfig, NodeConfig} from '../lab/lab.ts'
import {type Cidr, cidrOf, nth, prefixLength} from '../net/cidr.ts'
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
    {name: switchName, kind: {type: 'bridge'}, up: true, mtu: underlayMtu, mac: macOf(switchAddress(underlay))},
    ...nodes.map(node => portOf(node)),
  ]
  return {
    ...emptyNetns,
    links,
    addresses: [{link: switchName, address: cidrOf(switchAddress(underlay), prefixLength(underlay))}],
    // The switch is a switch: frames that it passes on are none of iptables' business.
    sysctls: {'net.bridge.bridge-nf-call-iptables': '0', 'net.ipv4.ip_forward': '0'},
  }
}

/** What a node has of the underlay: eth0 with its address, and the MAC addresses of the others, which never change. */
export function machinePlan({underlay}: ClusterConfig, node: NodeConfig, nodes: readonly NodeConfig[]): NetnsState {
  const others = nodes.filter(({name}) => name !== node.name)
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
    neighbours: others.map(({address}) => ({link: 'eth0', ip: address, mac: macOf(address)})),
  }
}

function portOf({name, address}: NodeConfig): Link {
  const peer = {netns: name, name: 'eth0', mac: macOf(address), mtu: underlayMtu}
  return {name, kind: {type: 'veth', peer}, up: true, mtu: underlayMtu, master: switchName}
}

/* The switch takes the network's last address, which labs seldom give to a node. */
function switchAddress(underlay: Cidr) {
  return nth(underlay, 2 ** (32 - prefixLength(underlay)) - 2)
}
