import type {IptablesMatch, IptablesRule, IptablesTarget} from '../../kernel/ruleset.ts'
import {cidrOf} from '../../net/cidr.ts'
import {endpointSets} from './endpoint-sets.ts'
import {endpointChain, serviceChain} from './names.ts'
import type {ProxyContext} from './proxy-mode.ts'
import {addressed, comment, jump, type Row} from './rule.ts'
import type {Endpoint, ServicePort} from './service-port.ts'

/** In a large cluster the rules of endpoints go without comments, which saves half of the text. */
export type ServiceContext = ProxyContext & {readonly commentEndpoints: boolean}

/** The rules of one service port: how packets find it, how it chooses an endpoint, and what each endpoint does to them. */
export function serviceRows(port: ServicePort, context: ServiceContext): readonly Row[] {
  const {cluster, local} = endpointSets(port, context.nodeName)
  const isLocal = port.internalTrafficPolicy === 'Local'
  const usable = isLocal ? local : cluster
  if (usable.length === 0) return [refusal(port, cluster.length > 0)]
  const chain = serviceChain(isLocal ? 'SVL' : 'SVC', port)
  const targets = usable.map(endpoint => ({endpoint, chain: endpointChain(port, endpoint)}))
  return [
    clusterIpRow(port, chain),
    ...masqueradeRows(port, chain, context),
    ...balancingRows(port, chain, {targets, context}),
    ...targets.flatMap(target => endpointRows(port, target, context)),
  ]
}

/** With endpoints nowhere the client learns so at once; with endpoints only on other nodes, its packets are dropped. */
function refusal(port: ServicePort, elsewhere: boolean): Row {
  const text = `${port.name} has no ${elsewhere ? 'local ' : ''}endpoints`
  const target: IptablesTarget = elsewhere ? {target: 'DROP'} : {target: 'REJECT', with: 'icmp-port-unreachable'}
  const matches = addressed(port, {to: port.clusterIp, comment: text})
  return {table: 'filter', chain: 'KUBE-SERVICES', rule: {matches, target}}
}

function clusterIpRow(port: ServicePort, chain: string): Row {
  const matches = addressed(port, {to: port.clusterIp, comment: `${port.name} cluster IP`})
  return nat('KUBE-SERVICES', {matches, target: jump(chain)})
}

/** Only pods can be answered by pods directly: a client from elsewhere must take the node's address. */
function masqueradeRows(port: ServicePort, chain: string, {clusterCidr, masqueradeAll}: ServiceContext): Row[] {
  if (!masqueradeAll && clusterCidr === undefined) return []
  const outside: IptablesMatch[] =
    masqueradeAll || clusterCidr === undefined ? [] : [{match: 'source', net: clusterCidr, not: true}]
  const matches = addressed(port, {to: port.clusterIp, comment: `${port.name} cluster IP`, first: outside})
  return [nat(chain, {matches, target: jump('KUBE-MARK-MASQ')})]
}

/** An endpoint and its chain. */
type Target = {readonly endpoint: Endpoint; readonly chain: string}

type Balancing = {readonly targets: readonly Target[]; readonly context: ServiceContext}

/**
 * A client that is remembered goes to its endpoint again. Any other draws lots: the first of n endpoints takes one packet in n,
 * the next one in n - 1 of the rest, the last all that is left; so each takes the same share.
 */
function balancingRows(port: ServicePort, from: string, {targets, context}: Balancing): Row[] {
  const row = ({endpoint: {ip, port: number}, chain}: Target, conditions: readonly IptablesMatch[]) => {
    const text = context.commentEndpoints ? [comment(`${port.name} -> ${ip}:${number}`)] : []
    return nat(from, {matches: [...text, ...conditions], target: jump(chain)})
  }
  const {affinitySeconds: seconds} = port
  const remembered = seconds === undefined ? [] : targets.map(target => row(target, remembers(target.chain, seconds)))
  return [...remembered, ...targets.map((target, index) => row(target, drawing(targets.length - index)))]
}

function remembers(list: string, seconds: number): IptablesMatch[] {
  return [{match: 'recent', do: 'rcheck', list, seconds, reap: true}]
}

/** kube-proxy writes ten digits, so 1/3 is 0.3333333333. */
function drawing(left: number): IptablesMatch[] {
  return left === 1 ? [] : [{match: 'statistic', probability: Number((1 / left).toFixed(10))}]
}

/** A pod that reaches itself through its Service would answer itself past the node: its packets are masqueraded, too. */
function endpointRows(port: ServicePort, {endpoint, chain}: Target, {commentEndpoints}: ServiceContext): Row[] {
  const text = commentEndpoints ? [comment(port.name)] : []
  const remember: IptablesMatch[] =
    port.affinitySeconds === undefined ? [] : [{match: 'recent', do: 'set', list: chain}]
  return [
    nat(chain, {
      matches: [{match: 'source', net: cidrOf(endpoint.ip, 32)}, ...text],
      target: jump('KUBE-MARK-MASQ'),
    }),
    nat(chain, {
      matches: [
        {match: 'protocol', protocol: port.protocol},
        ...text,
        ...remember,
        {match: 'module', name: port.protocol},
      ],
      target: {target: 'DNAT', to: `${endpoint.ip}:${endpoint.port}`},
    }),
  ]
}

function nat(chain: string, rule: IptablesRule): Row {
  return {table: 'nat', chain, rule}
}
