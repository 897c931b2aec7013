import type {IptablesMatch} from '../../kernel/ruleset.ts'
import {endpointSets} from './endpoint-sets.ts'
import {balancingRows, type Choice, type Commenting, endpointRows, type Target} from './iptables-endpoints.ts'
import {externalRows} from './iptables-external.ts'
import {endpointChain, serviceChain} from './names.ts'
import type {ProxyContext} from './proxy-mode.ts'
import {addressed, jump, natRow, type Row, refusal} from './rule.ts'
import {type Endpoint, isExternal, type ServicePort} from './service-port.ts'

export type ServiceContext = ProxyContext & Commenting

/** The rules of one service port: how packets find it, how it chooses an endpoint, and what each endpoint does to them. */
export function serviceRows(port: ServicePort, context: ServiceContext): readonly Row[] {
  const {cluster, local} = endpointSets(port, context)
  const everywhere: Choice = {chain: serviceChain('SVC', port), targets: cluster.map(targetOf)}
  const here: Choice = isLocal(port) ? {chain: serviceChain('SVL', port), targets: local.map(targetOf)} : everywhere
  const inside = port.internalTrafficPolicy === 'Local' ? here : everywhere
  const outside = port.externalTrafficPolicy === 'Local' ? here : everywhere
  const wanted = new Set(isExternal(port) ? [everywhere, inside, outside] : [inside])
  const drawn = [...wanted].filter(choice => choice.targets.length > 0)
  return [
    ...clusterIpRows(port, {inside, everywhere}, context),
    ...(isExternal(port) ? externalRows(port, {outside, everywhere}, context) : []),
    ...drawn.flatMap(choice => balancingRows(port, choice, context)),
    ...reached(drawn).flatMap(target => endpointRows(port, target, context)),
  ]

  function targetOf(endpoint: Endpoint): Target {
    return {endpoint, chain: endpointChain(port, endpoint)}
  }
}

/** Each endpoint once, though it may be drawn for clients inside and outside. */
function reached(choices: readonly Choice[]): readonly Target[] {
  const all = choices.flatMap(({targets}) => targets)
  return [...new Map(all.map(target => [target.chain, target])).values()]
}

/** Whether the rules of a port are other ones on each node. */
export function dependsOnNode(port: ServicePort): boolean {
  return isLocal(port) || isExternal(port)
}

function isLocal({internalTrafficPolicy, externalTrafficPolicy}: ServicePort): boolean {
  return internalTrafficPolicy === 'Local' || externalTrafficPolicy === 'Local'
}

function clusterIpRows(
  port: ServicePort,
  {inside, everywhere}: {readonly inside: Choice; readonly everywhere: Choice},
  context: ServiceContext,
): Row[] {
  const to = port.clusterIp
  if (inside.targets.length === 0) {
    const {comment, target} = refusal(port, {elsewhere: everywhere.targets.length > 0})
    return [{table: 'filter', chain: 'KUBE-SERVICES', rule: {matches: addressed(port, {to, comment}), target}}]
  }
  const matches = addressed(port, {to, comment: `${port.name} cluster IP`})
  return [
    natRow('KUBE-SERVICES', {matches, target: jump(inside.chain)}),
    ...masqueradeRows(port, inside.chain, context),
  ]
}

/** Only pods can be answered by pods directly: a client from elsewhere must take the node's address. */
function masqueradeRows(port: ServicePort, chain: string, {clusterCidr, masqueradeAll}: ServiceContext): Row[] {
  if (!masqueradeAll && clusterCidr === undefined) return []
  const outside: IptablesMatch[] =
    masqueradeAll || clusterCidr === undefined ? [] : [{match: 'source', net: clusterCidr, not: true}]
  const matches = addressed(port, {to: port.clusterIp, comment: `${port.name} cluster IP`, first: outside})
  return [natRow(chain, {matches, target: jump('KUBE-MARK-MASQ')})]
}
