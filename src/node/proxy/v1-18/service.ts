import type {IptablesMatch} from '../../../kernel/ruleset.ts'
import {type Choice, endpointRows, lots, remembers, type Target} from '../iptables-endpoints.ts'
import type {ServiceContext} from '../iptables-service.ts'
import {endpointChain, serviceChain} from '../names.ts'
import {addressed, comment, jump, natRow, type Row, refusal} from '../rule.ts'
import type {ServicePort} from '../service-port.ts'
import {localRows, outsideRows} from './outside.ts'

/**
 * The rules of one service port as of Kubernetes 1.18. It knows endpoints that are ready, and no others: neither those that still answer
 * while they end, nor those meant for a zone, nor a policy for packets from inside.
 */
export function serviceRows(given: ServicePort, context: ServiceContext): readonly Row[] {
  const port = {...given, name: oldName(given.name)}
  const targets = port.endpoints
    .filter(({ready}) => ready)
    .map((endpoint): Target => ({endpoint, chain: endpointChain(port, endpoint)}))
  const all: Choice = {chain: serviceChain('SVC', port), targets}
  return [
    ...clusterIpRows(port, all, context),
    ...outsideRows(port, all, context),
    ...balancingRows(port, all, context),
    ...targets.flatMap(target => endpointRows(port, target, context)),
    ...(targets.length > 0 ? localRows(port, all, context) : []),
  ]
}

/** Then a port without a name left the colon standing: `default/kubia:`. */
export function oldName(name: string): string {
  return name.includes(':') ? name : `${name}:`
}

/** Who is to be masqueraded is marked here already, before the jump. */
function clusterIpRows(port: ServicePort, {chain, targets}: Choice, context: ServiceContext): Row[] {
  const to = port.clusterIp
  if (targets.length === 0) {
    const {comment: text, target} = refusal(port, {elsewhere: false})
    return [{table: 'filter', chain: 'KUBE-SERVICES', rule: {matches: addressed(port, {to, comment: text}), target}}]
  }
  const row = (first: readonly IptablesMatch[], target: string) =>
    natRow('KUBE-SERVICES', {
      matches: addressed(port, {to, comment: `${port.name} cluster IP`, first}),
      target: jump(target),
    })
  return [...strangers(context).map(first => row(first, 'KUBE-MARK-MASQ')), row([], chain)]
}

/** Whose packets are masqueraded: everybody's, or those of whoever is no pod. */
function strangers({masqueradeAll, clusterCidr}: ServiceContext): readonly (readonly IptablesMatch[])[] {
  if (masqueradeAll) return [[]]
  return clusterCidr === undefined ? [] : [[{match: 'source', net: clusterCidr, not: true}]]
}

/** Lots are drawn as they are today; the comments name the Service only. */
function balancingRows(port: ServicePort, {chain: from, targets}: Choice, {commentEndpoints}: ServiceContext): Row[] {
  const {affinitySeconds: seconds, name} = port
  const text = commentEndpoints ? [comment(name)] : []
  const row = (chain: string, conditions: readonly IptablesMatch[]) =>
    natRow(from, {matches: [...text, ...conditions], target: jump(chain)})
  return [
    ...(seconds === undefined ? [] : targets.map(target => row(target.chain, remembers(target, seconds)))),
    ...targets.map(({chain}, index) => row(chain, lots(targets.length - index))),
  ]
}
