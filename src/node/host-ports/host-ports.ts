import type {IptablesMatch, IptablesRule, RulesPlan} from '../../kernel/ruleset.ts'
import {type Cidr, cidrOf, networkOf, parseCidr, prefixLength} from '../../net/cidr.ts'
import {familyOf, type Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Contribution} from '../plan.ts'
import {portMapChain} from './names.ts'
import {networkName} from './network-name.ts'

/** A port of the node that leads to a port of a pod. */
export type HostPort = {
  readonly hostPort: number
  readonly containerPort: number
  readonly protocol: 'tcp' | 'udp' | 'sctp'
}

/** A pod whose ports the node gives away: an address of it, in the subnet that its node's pods share, and a name that no other has. */
export type MappedPod = {
  readonly id: string
  readonly ip: Ip
  readonly subnet: Cidr
  readonly ports: readonly HostPort[]
}

/** What a pod with a network of its own takes of its node. Init containers take nothing. */
export function hostPortsOfPod({spec}: Pod): readonly HostPort[] {
  if (spec.hostNetwork) return []
  return spec.containers
    .flatMap(({ports = []}) => ports)
    .flatMap(({hostPort, containerPort, protocol = 'TCP'}) =>
      hostPort ? [{hostPort, containerPort, protocol: protocol.toLowerCase() as HostPort['protocol']}] : [],
    )
}

/**
 * What CNI's plugin portmap writes for `hostPort`. A packet for one of the node's own addresses comes to CNI-HOSTPORT-DNAT, and by its port to
 * the chain of a pod, CNI-DN-..., which writes the pod's address into it. Who would be answered past the node, as it is the pod's neighbour
 * at docker0 (or the pod itself: a hairpin), or who has an address that means something only here, 127.0.0.1, is marked before: such
 * packets leave with the address of docker0 (CNI-HOSTPORT-MASQ).
 *
 * No program listens. So the port is taken by nobody as the kernel sees it, and `ss` does not show it; it is the scheduler that sends no
 * other pod here that wants the same one.
 */
export function hostPortsPlan(pods: readonly MappedPod[]): Contribution {
  const mapped = pods.filter(({ports}) => ports.length > 0)
  const families = (['IPv4', 'IPv6'] as const).map(family => mapped.filter(({ip}) => familyOf(ip) === family))
  return {
    rules: families.flatMap(members => (members.length === 0 ? [] : [planOf(members)])),
    ...(families[0]?.length && {state: {sysctls: {'net.ipv4.conf.docker0.route_localnet': '1'}}}),
  }
}

function planOf(pods: readonly MappedPod[]): RulesPlan {
  const own = pods.map(pod => [portMapChain(pod.id), podRules(pod)] as const)
  return {
    backend: 'iptables',
    owner: 'portmap',
    ...(pods.some(({ip}) => familyOf(ip) === 'IPv6') && {family: 'IPv6'}),
    prefixes: ['CNI-DN-', 'CNI-HOSTPORT-'],
    tables: {
      nat: {
        chains: {
          'CNI-HOSTPORT-DNAT': pods.flatMap(entryRules),
          'CNI-HOSTPORT-MASQ': masquerade,
          'CNI-HOSTPORT-SETMARK': setMark,
          ...Object.fromEntries(own),
        },
        jumps: [
          {chain: 'PREROUTING', rule: entry, at: 'bottom'},
          {chain: 'OUTPUT', rule: entry, at: 'bottom'},
          {chain: 'POSTROUTING', rule: exit, at: 'top'},
        ],
      },
    },
  }
}

/** Bit 13; kube-proxy's is bit 14. */
const mark = 0x2000

const comment = (text: string): IptablesMatch => ({match: 'comment', text})

const entry: IptablesRule = {
  matches: [{match: 'addrtype', end: 'dst', type: 'LOCAL'}],
  target: {target: 'jump', chain: 'CNI-HOSTPORT-DNAT'},
}
const exit: IptablesRule = {
  matches: [comment('CNI portfwd requiring masquerade')],
  target: {target: 'jump', chain: 'CNI-HOSTPORT-MASQ'},
}
const setMark: readonly IptablesRule[] = [
  {matches: [comment('CNI portfwd masquerade mark')], target: {target: 'MARK', value: mark, mask: mark}},
]
const masquerade: readonly IptablesRule[] = [
  {matches: [{match: 'mark', value: mark, mask: mark}], target: {target: 'MASQUERADE'}},
]

/** As many ports as the kernel compares in one rule (xt_multiport). */
const mostPorts = 15

function entryRules({id, ports}: MappedPod): readonly IptablesRule[] {
  const byProtocol = Map.groupBy(ports, ({protocol}) => protocol)
  return [...byProtocol]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([protocol, some]) =>
      inGroups(some.map(({hostPort}) => hostPort).sort((a, b) => a - b)).map(group => ({
        matches: [
          {match: 'protocol', protocol},
          comment(`dnat name: "${networkName}" id: "${id}"`),
          {match: 'other', words: ['-m', 'multiport', '--dports', group.join(',')]},
        ],
        target: {target: 'jump', chain: portMapChain(id)},
      })),
    )
}

function inGroups(ports: readonly number[]): readonly (readonly number[])[] {
  return Array.from({length: Math.ceil(ports.length / mostPorts)}, (_, at) =>
    ports.slice(at * mostPorts, (at + 1) * mostPorts),
  )
}

function podRules({ip, subnet, ports}: MappedPod): readonly IptablesRule[] {
  const isIpv6 = familyOf(ip) === 'IPv6'
  const neighbours = networkOf(cidrOf(ip, prefixLength(subnet)))
  const marked = [neighbours, ...(isIpv6 ? [] : [loopback])]
  return ports.flatMap(({hostPort, containerPort, protocol}): IptablesRule[] => {
    const to: IptablesMatch[] = [
      {match: 'protocol', protocol},
      {match: 'dport', protocol, ports: String(hostPort)},
    ]
    return [
      ...marked.map(
        (net): IptablesRule => ({
          matches: [{match: 'source', net}, ...to],
          target: {target: 'jump', chain: 'CNI-HOSTPORT-SETMARK'},
        }),
      ),
      {matches: to, target: {target: 'DNAT', to: `${isIpv6 ? `[${ip}]` : ip}:${containerPort}`}},
    ]
  })
}

const loopback = parseCidr('127.0.0.1/32')
