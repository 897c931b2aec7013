import {emptyNetns, type Link, type NetnsState, type Route} from '../kernel/state.ts'
import type {ClusterConfig, InternetHost} from '../lab/lab.ts'
import {type Cidr, cidrOf, nth, parseCidr, prefixLength, sizeOf} from '../net/cidr.ts'
import type {Ip} from '../net/ip.ts'
import {macOf} from '../net/mac.ts'
import {internetMac, internetPort} from './outside.ts'

/** The name of the namespace that holds the underlay: the sandbox's own. */
export const underlayNetns = 'underlay'

/** The switch that the machines are plugged into, and their router. */
export const switchName = 'underlay0'

/** The MTU of the nodes' network, in bytes. */
export const underlayMtu = 1500

/** A machine on the underlay: a node, or a client that is none. */
export type Machine = {readonly name: string; readonly address: Ip}

/**
 * The network between the machines: a bridge that plays the switch, with a port for every machine, named as the machine is. The ports'
 * other ends are the machines' eth0. The switch is their router too: behind another port of it lies the internet.
 */
export function underlayPlan(
  {underlay}: ClusterConfig,
  machines: readonly Machine[],
  internet: readonly InternetHost[] = [],
): NetnsState {
  const router = routerAddress(underlay, machines)
  const beyond = internet.length > 0 ? [internetPort] : []
  return {
    ...emptyNetns,
    links: [
      {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
      {name: switchName, kind: {type: 'bridge'}, up: true, mtu: underlayMtu, mac: macOf(router)},
      ...machines.map(portOf),
      ...beyond,
    ],
    addresses: [{link: switchName, address: cidrOf(router, prefixLength(underlay))}],
    routes: internet.map(({address}): Route => ({to: cidrOf(address, 32), link: internetPort.name})),
    neighbours: [
      ...machines.map(({address}) => ({link: switchName, ip: address, mac: macOf(address)})),
      ...internet.map(({address}) => ({link: internetPort.name, ip: address, mac: internetMac})),
    ],
    // Frames that the switch passes on are none of iptables' business. As the machines' router it knows no way but to the internet's
    // hosts, and by forwarding it says so (network unreachable) instead of keeping silent.
    // Whom it sends on to a node could go there by itself; told so, it would not hear of it when another node takes over.
    sysctls: {
      'net.bridge.bridge-nf-call-iptables': '0',
      'net.ipv4.ip_forward': '1',
      'net.ipv4.icmp_ratelimit': '0',
      'net.ipv4.conf.all.send_redirects': '0',
      [`net.ipv4.conf.${switchName}.send_redirects`]: '0',
    },
  }
}

/** What a machine has of the underlay: eth0 with its address, and the MAC addresses of the others, which never change. */
export function machinePlan({underlay}: ClusterConfig, machine: Machine, machines: readonly Machine[]): NetnsState {
  const others = machines.filter(({name}) => name !== machine.name).map(({address}) => address)
  const router = routerAddress(underlay, machines)
  return {
    ...emptyNetns,
    links: [
      {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
      {
        name: 'eth0',
        kind: {type: 'veth', peer: {netns: underlayNetns, name: machine.name}},
        up: true,
        mtu: underlayMtu,
        mac: macOf(machine.address),
      },
    ],
    addresses: [{link: 'eth0', address: cidrOf(machine.address, prefixLength(underlay))}],
    routes: [{to: parseCidr('0.0.0.0/0'), via: router, link: 'eth0'}],
    neighbours: [...others, router].map(ip => ({link: 'eth0', ip, mac: macOf(ip)})),
  }
}

function portOf({name, address}: Machine): Link {
  const peer = {netns: name, name: 'eth0', mac: macOf(address), mtu: underlayMtu}
  return {name, kind: {type: 'veth', peer}, up: true, mtu: underlayMtu, master: switchName}
}

/**
 * The switch is the machines' router too: a Service's address needs a way out before kube-proxy's rules can turn it into a pod's. It has
 * the network's last address that is no machine's.
 */
export function routerAddress(underlay: Cidr, machines: readonly Machine[]): Ip {
  const taken = new Set(machines.map(({address}) => address))
  let index = sizeOf(underlay) - 2
  while (taken.has(nth(underlay, index))) index--
  return nth(underlay, index)
}
