import type {IptablesMatch, IptablesTarget} from '../../kernel/ruleset.ts'
import type {Ip} from '../../net/ip.ts'
import type {Choice} from './iptables-endpoints.ts'
import {firewallRows} from './iptables-firewall.ts'
import {serviceChain} from './names.ts'
import type {ProxyContext} from './proxy-mode.ts'
import {addressed, comment, jump, natRow, type Row, refusal} from './rule.ts'
import {hasFirewall, type ServicePort} from './service-port.ts'

/**
 * The rules for packets from outside: to the node port, to an external IP, to the address of a load balancer. A packet for any address of the
 * node itself (`--dst-type LOCAL`) meets KUBE-NODEPORTS last of all; the other addresses stand in KUBE-SERVICES as cluster IPs do. All lead
 * to the Service's chain for what comes from outside, KUBE-EXT-...
 *
 * The node that a client has called need not have the pod. With the policy Cluster the packet goes on to any endpoint, with the node's
 * own address as its source: the answer must come back through this node, which alone knows the connection. So the pod does not see
 * who called. With the policy Local only pods of this node answer, and see the client; where there is none, the packet is dropped.
 */
export function externalRows(
  port: ServicePort,
  {outside, everywhere}: {readonly outside: Choice; readonly everywhere: Choice},
  context: ProxyContext,
): Row[] {
  const external = serviceChain('EXT', port)
  const isServed = everywhere.targets.length > 0
  const refused = outside.targets.length === 0
  const policy = port.externalTrafficPolicy ?? 'Cluster'
  return [
    ...(isServed ? entryRows(port, external) : []),
    ...(refused ? refusalRows(port, {elsewhere: isServed}) : []),
    ...healthRows(port),
    ...firewallRows(port, {isServed, context}),
    ...(isServed ? sourceRows[policy](port, {external, everywhere, context}) : []),
    ...(refused ? [] : [natRow(external, {matches: [], target: jump(outside.chain)})]),
  ]
}

function entryRows(port: ServicePort, external: string): Row[] {
  const {name, externalIps = [], loadBalancerIps = [], nodePort} = port
  const balanced = hasFirewall(port) ? serviceChain('FW', port) : external
  const row = (to: Ip, what: string, chain: string) =>
    natRow('KUBE-SERVICES', {matches: addressed(port, {to, comment: `${name} ${what}`}), target: jump(chain)})
  return [
    ...externalIps.map(to => row(to, 'external IP', external)),
    ...loadBalancerIps.map(to => row(to, 'loadbalancer IP', balanced)),
    ...(nodePort === undefined
      ? []
      : [natRow('KUBE-NODEPORTS', {matches: portMatches(port, [comment(name)]), target: jump(external)})]),
  ]
}

function refusalRows(port: ServicePort, where: {elsewhere: boolean}): Row[] {
  const {comment: text, target} = refusal(port, where)
  const {externalIps = [], loadBalancerIps = [], nodePort} = port
  const local: IptablesMatch = {match: 'addrtype', end: 'dst', type: 'LOCAL'}
  return [
    ...[...externalIps, ...loadBalancerIps].map(to => outsideRow(addressed(port, {to, comment: text}), target)),
    ...(nodePort === undefined ? [] : [outsideRow(portMatches(port, [comment(text), local]), target)]),
  ]
}

function outsideRow(matches: readonly IptablesMatch[], target: IptablesTarget): Row {
  return {table: 'filter', chain: 'KUBE-EXTERNAL-SERVICES', rule: {matches, target}}
}

/** Who balances load between the nodes asks each for local endpoints at this port, which no other rule may refuse. */
function healthRows({name, healthCheckNodePort}: ServicePort): Row[] {
  if (healthCheckNodePort === undefined) return []
  const matches: IptablesMatch[] = [
    {match: 'protocol', protocol: 'tcp'},
    comment(`${name} health check node port`),
    {match: 'dport', protocol: 'tcp', ports: String(healthCheckNodePort)},
  ]
  return [{table: 'filter', chain: 'KUBE-NODEPORTS', rule: {matches, target: {target: 'ACCEPT'}}}]
}

function portMatches({protocol, nodePort}: ServicePort, between: readonly IptablesMatch[]): IptablesMatch[] {
  return [{match: 'protocol', protocol}, ...between, {match: 'dport', protocol, ports: String(nodePort)}]
}

type SourceRows = (
  port: ServicePort,
  options: {readonly external: string; readonly everywhere: Choice; readonly context: ProxyContext},
) => Row[]

/** What happens to a packet by where it comes from, before it goes to the policy's endpoints. */
const sourceRows: Readonly<Record<'Cluster' | 'Local', SourceRows>> = {
  Cluster: ({name}, {external}) => [
    natRow(external, {
      matches: [comment(`masquerade traffic for ${name} external destinations`)],
      target: jump('KUBE-MARK-MASQ'),
    }),
  ],
  // A pod or the node itself is no client from outside: it reaches every endpoint. The node's own address would be the pod's peer.
  Local: ({name}, {external, everywhere, context: {clusterCidr}}) => {
    const fromNode = (verb: string): IptablesMatch[] => [
      comment(`${verb} LOCAL traffic for ${name} external destinations`),
      {match: 'addrtype', end: 'src', type: 'LOCAL'},
    ]
    const fromPods: IptablesMatch[] =
      clusterCidr === undefined
        ? []
        : [{match: 'source', net: clusterCidr}, comment(`pod traffic for ${name} external destinations`)]
    return [
      ...(fromPods.length > 0 ? [natRow(external, {matches: fromPods, target: jump(everywhere.chain)})] : []),
      natRow(external, {matches: fromNode('masquerade'), target: jump('KUBE-MARK-MASQ')}),
      natRow(external, {matches: fromNode('route'), target: jump(everywhere.chain)}),
    ]
  },
}
