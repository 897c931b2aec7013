import type {Link, NetnsState} from '../../kernel/state.ts'
import {type Cidr, cidrOf, everywhere, indexOf, nth, prefixLength} from '../../net/cidr.ts'
import {vethName} from '../../net/interface-name.ts'
import {familyOf, type Ip} from '../../net/ip.ts'
import {macOf} from '../../net/mac.ts'
import type {HostPort} from '../host-ports/host-ports.ts'
import type {Contribution} from '../plan.ts'

/** A pod's place in its node's network. */
export type PodPlace = {
  readonly netns: string
  readonly ip: Ip
  /** The ports of the node that it takes. */
  readonly hostPorts?: readonly HostPort[]
}

/** The piece of network that the pods of one node share: the node's subnet, and the MTU in bytes that the overlay leaves them. */
export type PodSegment = {
  readonly subnet: Cidr
  /** In a dual-stack cluster the node's subnet of IPv6. */
  readonly subnet6?: Cidr
  readonly mtu: number
}

/** The pod's address of IPv6: its number is the same in both of the node's subnets. */
export function secondAddress({subnet, subnet6}: Pick<PodSegment, 'subnet' | 'subnet6'>, ip: Ip): Ip | undefined {
  return subnet6 && nth(subnet6, indexOf(subnet, ip))
}

/**
 * What docker makes on a node for its pods. docker0 is a bridge, a switch in the kernel, and the node itself sits at it with the
 * first address of the subnet: the pods' gateway. A pod is joined to it by a veth pair, a cable with one end in each namespace:
 * `veth...` is a port of docker0, the other end is the pod's eth0.
 *
 * A MAC address follows from the IP address (02:42 and its four bytes), so nobody has to ask for it: all neighbours are written
 * down. That is more than thrift, for the kernel's table of learned neighbours has 1024 places for all namespaces together.
 *
 * Every port is a hairpin: a pod that calls its own Service may get its own packet back, out of the port it came in by.
 */
export function podsPlan(segment: PodSegment, pods: readonly PodPlace[]): Contribution {
  const {subnet, subnet6, mtu} = segment
  const gateway = nth(subnet, 1)
  const docker0: Link = {name: bridge, kind: {type: 'bridge'}, up: true, mtu, mac: macOf(gateway)}
  return {
    state: {
      links: [docker0, ...pods.map(pod => portOf(pod, mtu))],
      addresses: [subnet, ...(subnet6 ? [subnet6] : [])].map(net => ({
        link: bridge,
        address: cidrOf(nth(net, 1), prefixLength(net)),
      })),
      neighbours: pods.flatMap(({ip}) =>
        addressesOf(segment, ip).map(address => ({link: bridge, ip: address, mac: macOf(ip)})),
      ),
      sysctls: subnet6 ? {...nodeSysctls, ...nodeSysctls6} : nodeSysctls,
    },
  }
}

export const bridge = 'docker0'

function addressesOf(segment: PodSegment, ip: Ip): readonly Ip[] {
  const second = secondAddress(segment, ip)
  return second === undefined ? [ip] : [ip, second]
}

function portOf({netns, ip}: PodPlace, mtu: number): Link {
  return {
    name: vethName(netns),
    kind: {type: 'veth', peer: {netns, name: 'eth0', mac: macOf(ip), mtu}},
    up: true,
    mtu,
    master: bridge,
    hairpin: true,
  }
}

/**
 * How a node treats packets. It forwards them; bridged ones meet iptables, too, or a pod that calls a Service and gets an endpoint
 * on its own node would be answered past the rules that must rewrite the answer; no packet is dropped for coming another way than
 * its answer would go; and refusals (ICMP) are not held back, which would look like a timeout.
 */
const nodeSysctls = {
  'net.ipv4.ip_forward': '1',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.icmp_ratelimit': '0',
}

/** The same for IPv6, where the node is a router and so believes no other router. */
const nodeSysctls6 = {
  'net.ipv6.conf.all.forwarding': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.ipv6.icmp.ratelimit': '0',
}

/** What a pod's own namespace holds. `node` is the name of the node's namespace, where the other end of eth0 is. */
export function podNetnsPlan(segment: PodSegment, pod: PodPlace & {readonly node: string}): NetnsState {
  const {subnet, subnet6, mtu} = segment
  const nets = [subnet, ...(subnet6 ? [subnet6] : [])]
  const gateways = nets.map(net => nth(net, 1))
  const eth0: Link = {
    name: 'eth0',
    kind: {type: 'veth', peer: {netns: pod.node, name: vethName(pod.netns)}},
    up: true,
    mtu,
    mac: macOf(pod.ip),
  }
  return {
    links: [{name: 'lo', kind: {type: 'loopback'}, up: true, mtu: loopbackMtu}, eth0],
    addresses: addressesOf(segment, pod.ip).map((ip, index) => ({
      link: 'eth0',
      address: cidrOf(ip, prefixLength(nets[index] ?? subnet)),
    })),
    routes: gateways.map(via => ({to: everywhere(familyOf(via)), via, link: 'eth0'})),
    neighbours: gateways.map(ip => ({link: 'eth0', ip, mac: macOf(nth(subnet, 1))})),
    fdb: [],
    sysctls: {},
  }
}

const loopbackMtu = 65536
