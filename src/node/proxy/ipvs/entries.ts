import {type Cidr, contains, prefixLength} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {remembered, rememberedBy} from '../remembered.ts'
import {hasFirewall, type ServicePort} from '../service-port.ts'
import {boundAddresses, nodePortIps} from './addresses.ts'
import type {SetName} from './sets.ts'

/** A word in a set: `['KUBE-CLUSTER-IP', '10.96.0.10,tcp:53']`. */
export type Entry = readonly [set: SetName, entry: string]

/** What one service port puts into sets; the order does not matter. */
export function entriesBy(context: ProxyContext): (port: ServicePort) => readonly Entry[] {
  const known = knownEntries(context)
  return port => remembered(known, port, () => entriesOf(port, context))
}

const knownEntries = rememberedBy<WeakMap<ServicePort, readonly Entry[]>>(() => new WeakMap())

function entriesOf(port: ServicePort, context: ProxyContext): readonly Entry[] {
  const {protocol, clusterIp, externalIps = [], healthCheckNodePort, endpoints} = port
  const at = (ip: Ip) => `${ip},${protocol}:${port.port}`
  const here = endpoints.filter(({nodeName}) => nodeName === context.nodeName)
  const isLocal = port.externalTrafficPolicy === 'Local'
  return [
    ...here.map(({ip, port}): Entry => ['KUBE-LOOP-BACK', `${ip},${protocol}:${port},${ip}`]),
    ['KUBE-CLUSTER-IP', at(clusterIp)],
    ...externalIps.map((ip): Entry => [isLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', at(ip)]),
    ...loadBalancerEntries(port, context),
    ...nodePortEntries(port, context),
    ...boundAddresses(port, context).map((ip): Entry => ['KUBE-IPVS-IPS', ip]),
    ...(healthCheckNodePort === undefined
      ? []
      : [['KUBE-HEALTH-CHECK-NODE-PORT', String(healthCheckNodePort)] satisfies Entry]),
  ]
}

function loadBalancerEntries(port: ServicePort, {nodeIp}: ProxyContext): readonly Entry[] {
  const {protocol, loadBalancerIps = [], sourceRanges = []} = port
  const isLocal = port.externalTrafficPolicy === 'Local'
  const isInside = nodeIp !== undefined && sourceRanges.some(range => contains(range, nodeIp))
  return loadBalancerIps.flatMap((ip): readonly Entry[] => {
    const at = `${ip},${protocol}:${port.port}`
    return [
      ['KUBE-LOAD-BALANCER', at],
      ...(isLocal ? [['KUBE-LOAD-BALANCER-LOCAL', at] satisfies Entry] : []),
      ...(hasFirewall(port) ? [['KUBE-LOAD-BALANCER-FW', at] satisfies Entry] : []),
      ...(hasFirewall(port) ? sourceRanges.flatMap(halves) : []).map(
        (net): Entry => ['KUBE-LOAD-BALANCER-SOURCE-CIDR', `${at},${net}`],
      ),
      ...(isInside ? [['KUBE-LOAD-BALANCER-SOURCE-IP', `${at},${ip}`] satisfies Entry] : []),
    ]
  })
}

/* A set holds no network without a prefix, so that everybody is two halves; of a single host it prints no length. */
function halves(net: Cidr): readonly string[] {
  if (prefixLength(net) === 0) return ['0.0.0.0/1', '128.0.0.0/1']
  return [net.replace(/\/32$/, '')]
}

/* Which of a node's addresses it was does not matter, but for SCTP, which no bitmap knows. */
function nodePortEntries(port: ServicePort, context: ProxyContext): readonly Entry[] {
  const {protocol, nodePort} = port
  const ips = nodePortIps(context)
  if (nodePort === undefined || ips.length === 0) return []
  const isLocal = port.externalTrafficPolicy === 'Local'
  const sets = nodePortSets[protocol].slice(0, isLocal ? 2 : 1)
  const entries = protocol === 'sctp' ? ips.map(ip => `${ip},sctp:${nodePort}`) : [String(nodePort)]
  return sets.flatMap(set => entries.map((entry): Entry => [set, entry]))
}

const nodePortSets: Readonly<Record<ServicePort['protocol'], readonly [every: SetName, local: SetName]>> = {
  tcp: ['KUBE-NODE-PORT-TCP', 'KUBE-NODE-PORT-LOCAL-TCP'],
  udp: ['KUBE-NODE-PORT-UDP', 'KUBE-NODE-PORT-LOCAL-UDP'],
  sctp: ['KUBE-NODE-PORT-SCTP-HASH', 'KUBE-NODE-PORT-LOCAL-SCTP-HASH'],
}
