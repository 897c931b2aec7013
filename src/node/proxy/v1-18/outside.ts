import type {IptablesMatch, IptablesTarget} from '../../../kernel/ruleset.ts'
import {cidrOf, contains, parseCidr} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import {type Choice, lots, remembers} from '../iptables-endpoints.ts'
import type {ServiceContext} from '../iptables-service.ts'
import {serviceChain} from '../names.ts'
import {addressed, comment, jump, natRow, type Row, refusal} from '../rule.ts'
import type {ServicePort} from '../service-port.ts'

/**
 * The rules for packets from outside, as of Kubernetes 1.18. There is no chain for all that comes from outside: each way in decides itself whether
 * to masquerade. A load balancer always has a chain of its own, KUBE-FW-..., at whose end a packet is marked to be dropped; the policy Local
 * leads to KUBE-XLB-... instead of the Service's chain. External IPs know no such policy.
 */
export function outsideRows(port: ServicePort, all: Choice, context: ServiceContext): Row[] {
  return all.targets.length === 0
    ? refusals(port)
    : [...externalIpRows(port, all), ...loadBalancerRows(port, all, context), ...nodePortRows(port, all)]
}

function isLocal({externalTrafficPolicy}: ServicePort): boolean {
  return externalTrafficPolicy === 'Local'
}

function refusals(port: ServicePort): Row[] {
  const {externalIps = [], loadBalancerIps = [], nodePort} = port
  const {comment: text, target} = refusal(port, {elsewhere: false})
  const row = (chain: string, matches: readonly IptablesMatch[]): Row => ({
    table: 'filter',
    chain,
    rule: {matches, target},
  })
  return [
    ...externalIps.map(to => row('KUBE-EXTERNAL-SERVICES', addressed(port, {to, comment: text}))),
    ...loadBalancerIps.map(to => row('KUBE-SERVICES', addressed(port, {to, comment: text}))),
    ...(nodePort === undefined
      ? []
      : [row('KUBE-EXTERNAL-SERVICES', toNodePort(port, [comment(text), addressType('dst')]))]),
  ]
}

/** Packets from other machines, which no bridge has brought, and packets for an address that is the node's own. */
function externalIpRows(port: ServicePort, {chain}: Choice): Row[] {
  const row = (to: Ip, more: readonly IptablesMatch[], target: IptablesTarget) => {
    const matches = addressed(port, {to, comment: `${port.name} external IP`})
    return natRow('KUBE-SERVICES', {matches: [...matches, ...more], target})
  }
  const fromElsewhere: IptablesMatch[] = [
    {match: 'physdev', is: 'in', not: true},
    {...addressType('src'), not: true},
  ]
  return (port.externalIps ?? []).flatMap(to => [
    row(to, [], jump('KUBE-MARK-MASQ')),
    row(to, fromElsewhere, jump(chain)),
    row(to, [addressType('dst')], jump(chain)),
  ])
}

function loadBalancerRows(port: ServicePort, all: Choice, {nodeIp}: ServiceContext): Row[] {
  const {name, loadBalancerIps = [], sourceRanges = []} = port
  const chain = serviceChain('FW', port)
  const served = isLocal(port) ? serviceChain('XLB', port) : all.chain
  const text = comment(`${name} loadbalancer IP`)
  const row = (first: readonly IptablesMatch[], target: string) =>
    natRow(chain, {matches: [...first, text], target: jump(target)})
  const isInside = nodeIp !== undefined && sourceRanges.some(range => contains(range, nodeIp))
  return loadBalancerIps.flatMap(to => {
    const sources = [...sourceRanges, ...(isInside ? [cidrOf(to, 32)] : [])]
    return [
      natRow('KUBE-SERVICES', {
        matches: addressed(port, {to, comment: `${name} loadbalancer IP`}),
        target: jump(chain),
      }),
      ...(isLocal(port) ? [] : [row([], 'KUBE-MARK-MASQ')]),
      ...(sources.length === 0 ? [row([], served)] : sources.map(net => row([{match: 'source', net}], served))),
      row([], 'KUBE-MARK-DROP'),
    ]
  })
}

const loopback = parseCidr('127.0.0.0/8')

function nodePortRows(port: ServicePort, all: Choice): Row[] {
  if (port.nodePort === undefined) return []
  const row = (first: readonly IptablesMatch[], target: string) =>
    natRow('KUBE-NODEPORTS', {matches: [...first, ...toNodePort(port, [comment(port.name)])], target: jump(target)})
  return isLocal(port)
    ? [row([{match: 'source', net: loopback}], 'KUBE-MARK-MASQ'), row([], serviceChain('XLB', port))]
    : [row([], 'KUBE-MARK-MASQ'), row([], all.chain)]
}

/** The chain KUBE-XLB-... for packets from outside under the policy Local: pods and the node itself go to any endpoint. */
export function localRows(port: ServicePort, all: Choice, {nodeName, clusterCidr}: ServiceContext): Row[] {
  if (!isLocal(port)) return []
  const {name, affinitySeconds: seconds} = port
  const from = serviceChain('XLB', port)
  const row = (matches: readonly IptablesMatch[], target: string) => natRow(from, {matches, target: jump(target)})
  const local = all.targets.filter(({endpoint}) => endpoint.nodeName === nodeName)
  const pods = comment('Redirect pods trying to reach external loadbalancer VIP to clusterIP')
  return [
    ...(clusterCidr === undefined ? [] : [row([{match: 'source', net: clusterCidr}, pods], all.chain)]),
    row([comment(`masquerade LOCAL traffic for ${name} LB IP`), addressType('src')], 'KUBE-MARK-MASQ'),
    row([comment(`route LOCAL traffic for ${name} LB IP to service chain`), addressType('src')], all.chain),
    ...(local.length === 0 ? [row([comment(`${name} has no local endpoints`)], 'KUBE-MARK-DROP')] : []),
    ...(seconds === undefined
      ? []
      : local.map(target => row([comment(name), ...remembers(target, seconds)], target.chain))),
    ...local.map(({chain}, index) =>
      row([comment(`Balancing rule ${index} for ${name}`), ...lots(local.length - index)], chain),
    ),
  ]
}

function addressType(end: 'src' | 'dst') {
  return {match: 'addrtype', end, type: 'LOCAL'} as const
}

function toNodePort({protocol, nodePort}: ServicePort, between: readonly IptablesMatch[]): readonly IptablesMatch[] {
  return [{match: 'protocol', protocol}, ...between, {match: 'dport', protocol, ports: String(nodePort)}]
}
