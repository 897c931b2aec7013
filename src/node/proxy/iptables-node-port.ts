import type {IptablesMatch} from '../../kernel/ruleset.ts'
import type {Choice} from './iptables-endpoints.ts'
import {serviceChain} from './names.ts'
import type {ProxyContext} from './proxy-mode.ts'
import {comment, jump, natRow, type Row, refusal} from './rule.ts'
import type {ServicePort} from './service-port.ts'

/**
 * The rules of a node port. A packet for any address of the node itself (`--dst-type LOCAL`) meets KUBE-NODEPORTS last of all; there its
 * port leads to the Service's chain for what comes from outside, KUBE-EXT-...
 *
 * The node that a client has called need not have the pod. With the policy Cluster the packet goes on to any endpoint, with the node's
 * own address as its source: the answer must come back through this node, which alone knows the connection. So the pod does not see
 * who called. With the policy Local only pods of this node answer, and see the client; where there is none, the packet is dropped.
 */
export function nodePortRows(
  port: ServicePort,
  {outside, everywhere}: {readonly outside: Choice; readonly everywhere: Choice},
  context: ProxyContext,
): Row[] {
  const external = serviceChain('EXT', port)
  const refused = outside.targets.length === 0 ? [refusedRow(port, {elsewhere: everywhere.targets.length > 0})] : []
  if (everywhere.targets.length === 0) return refused
  const policy = port.externalTrafficPolicy ?? 'Cluster'
  return [
    natRow('KUBE-NODEPORTS', {matches: portMatches(port, [comment(port.name)]), target: jump(external)}),
    ...refused,
    ...sourceRows[policy](port, {external, everywhere, context}),
    ...(refused.length > 0 ? [] : [natRow(external, {matches: [], target: jump(outside.chain)})]),
  ]
}

function refusedRow(port: ServicePort, where: {elsewhere: boolean}): Row {
  const {comment: text, target} = refusal(port, where)
  const matches = portMatches(port, [comment(text), {match: 'addrtype', end: 'dst', type: 'LOCAL'}])
  return {table: 'filter', chain: 'KUBE-EXTERNAL-SERVICES', rule: {matches, target}}
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
