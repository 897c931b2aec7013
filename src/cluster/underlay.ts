import {emptyNetns, type Link, type NetnsState, type Route} from '../kernel/state.ts'
import type {ClusterConfig, InternetHost} from '../lab/lab.ts'
import {type Cidr, cidrOf, everywhere, indexOf, nth, prefixLength, sizeOf} from '../net/cidr.ts'
import {familyOf, type Ip} from '../net/ip.ts'
import {macOf} from '../net/mac.ts'
import {internetMac, internetPort} from './outside.ts'

/** The name of the namespace that holds the underlay: the sandbox's own. */
export const underlayNetns = 'underlay'

/** The switch that the machines are plugged into, and their router. */
export const switchName = 'underlay0'

/** The MTU of the nodes' network, in bytes. */
export const underlayMtu = 1500

/** A machine on the underlay: a node, or a client that is none. */
export type Machine = {readonly name: string; readonly address: Ip; readonly address6?: Ip}

/**
 * The network between the machines: a bridge that plays the switch, with a port for every machine, named as the machine is. The ports'
 * other ends are the machines' eth0. The switch is their router too: behind another port of it lies the internet.
 */
export function underlayPlan(
  {underlay, ipv6}: ClusterConfig,
  machines: readonly Machine[],
  internet: readonly InternetHost[] = [],
): NetnsState {
  const router = routerAddress(underlay, machines)
  const router6 = ipv6 && sameNumber(underlay, ipv6.underlay, router)
  const beyond = internet.length > 0 ? [internetPort] : []
  return {
    ...emptyNetns,
    links: [
      {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536},
      {name: switchName, kind: {type: 'bridge'}, up: true, mtu: underlayMtu, mac: macOf(router)},
      ...machines.map(portOf),
      ...beyond,
    ],
    addresses: [
      {link: switchName, address: cidrOf(router, prefixLength(underlay))},
      ...(ipv6 && router6 ? [{link: switchName, address: cidrOf(router6, prefixLength(ipv6.underlay))}] : []),
    ],
    routes: internet.map(({address}): Route => ({to: cidrOf(address, 32), link: internetPort.name})),
    neighbours: [
      ...machines.flatMap(neighboursOf).map(neighbour => ({link: switchName, ...neighbour})),
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
      ...(ipv6 && {
        'net.bridge.bridge-nf-call-ip6tables': '0',
        'net.ipv6.conf.all.forwarding': '1',
        'net.ipv6.icmp.ratelimit': '0',
      }),
    },
  }
}

/** What a machine has of the underlay: eth0 with its address, and the MAC addresses of the others, which never change. */
export function machinePlan(
  {underlay, ipv6}: ClusterConfig,
  machine: Machine,
  machines: readonly Machine[],
): NetnsState {
  const others = machines.filter(({name}) => name !== machine.name)
  const address = routerAddress(underlay, machines)
  const router: Machine = {
    name: switchName,
    address,
    ...(ipv6 && {address6: sameNumber(underlay, ipv6.underlay, address)}),
  }
  const {address6} = machine
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
    addresses: [
      {link: 'eth0', address: cidrOf(machine.address, prefixLength(underlay))},
      ...(ipv6 && address6 ? [{link: 'eth0', address: cidrOf(address6, prefixLength(ipv6.underlay))}] : []),
    ],
    routes: addressesOf(router).map(via => ({to: everywhere(familyOf(via)), via, link: 'eth0'})),
    neighbours: [...others, router].flatMap(neighboursOf).map(neighbour => ({link: 'eth0', ...neighbour})),
  }
}

function addressesOf({address, address6}: Machine): readonly Ip[] {
  return address6 === undefined ? [address] : [address, address6]
}

/* A machine's MAC address follows from its address of IPv4. */
function neighboursOf(machine: Machine) {
  return addressesOf(machine).map(ip => ({ip, mac: macOf(machine.address)}))
}

/** The address that has the same number in another network. */
export function sameNumber(network: Cidr, other: Cidr, ip: Ip): Ip {
  return nth(other, indexOf(network, ip))
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
