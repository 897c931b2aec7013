import type {IpFamily} from '../../src/net/ip.ts'
import {type Caller, nodeOf, type Target} from './_calls.ts'
import {
  type EndpointName,
  gateway,
  inFamily,
  laptop,
  type NodeName,
  nodeAddress,
  type PodAddresses,
  type PodName,
  pods,
  tunnel,
} from './_cluster.ts'
import type {EndpointState, TableService} from './_services.ts'

/*
 * What Kubernetes promises of Services, said a second time and in another way than rules do: a small model to hold the rules against. It knows
 * no chain and no map. It knows who may answer, whom the pod sees, and what happens to those whom nobody may answer.
 */

/** How the cluster is set up, and how Services are made. */
export type Setting = {
  readonly mode: 'userspace' | 'iptables' | 'ipvs' | 'nftables'
  /** Of iptables mode, when it is not today's. */
  readonly profile?: 'v1.18'
  /** Of which family the calls are; IPv4 when left out. */
  readonly family?: IpFamily
  readonly knowsPods: boolean
  readonly masqueradeAll: boolean
  readonly localhostNodePorts: boolean
  readonly addresses: PodAddresses
  /** The node to which the router leads packets for an address of the pool. */
  readonly entry: (ip: string) => NodeName | undefined
}

/** Endpoints that may answer, each as likely as the others, and what each takes for its client. Or nobody: refused at once, or in silence. */
export type Expectation =
  | {readonly answers: Readonly<Partial<Record<PodName, string>>>}
  | {readonly refused: 'rejected' | 'closed' | 'unreachable'}
  | 'silence'

export function expectation(given: TableService, call: {from: Caller; to: Target}, setting: Setting): Expectation {
  const {from, to} = call
  const isOld = setting.mode === 'userspace' || setting.profile !== undefined
  const service = isOld ? asLongAgo(given) : given
  const at = nodeOf(from)
  if (typeof to === 'object' && 'endpoint' in to) return direct(from, to.endpoint, setting)
  if (typeof to === 'object') return atPort(service, {from, ...placeOf(to)}, setting)
  switch (to) {
    case 'clusterIp':
      // Nobody outside knows a way to a cluster IP.
      if (at === undefined) return {refused: 'unreachable'}
      return decide(service, {at, ...callerAt(from, setting)}, {by: 'clusterIp'}, setting)
    case 'unusedPort':
      return at !== undefined && (setting.mode === 'nftables' || setting.mode === 'ipvs')
        ? {refused: 'rejected'}
        : {refused: 'unreachable'}
    case 'localhost':
      return at === undefined ? {refused: 'closed'} : atLocalhost(service, at, setting)
    case 'balancer':
    case 'externalIp':
      return atAddress(service, {from, by: to}, setting)
  }
}

/** Before Kubernetes 1.21 nobody asked whether who goes away still answers, nor was there a policy for calls from inside. */
function asLongAgo(service: TableService): TableService {
  const ready = Object.entries(service.endpoints).filter(([, state]) => state === 'ready')
  return {...service, internal: 'Cluster', endpoints: Object.fromEntries(ready)}
}

function placeOf(to: {readonly nodePort: NodeName} | {readonly bridge: NodeName}) {
  return 'nodePort' in to ? {node: to.nodePort, isBridge: false} : {node: to.bridge, isBridge: true}
}

/* Only iptables answer there, and not at ::1: neither nftables nor ip_vs know node ports at 127.0.0.1. Kept from it they still refuse what would find nobody, by the port alone. */
function atLocalhost(service: TableService, at: NodeName, setting: Setting): Expectation {
  if (setting.mode === 'userspace') return proxied(service, at)
  if (setting.mode !== 'iptables') return {refused: 'closed'}
  const source = inFamily(setting.family ?? 'IPv4', '127.0.0.1')
  if (setting.localhostNodePorts && setting.family !== 'IPv6')
    return decide(service, {at, source, is: 'node'}, {by: 'nodePort'}, setting)
  const asked = candidates(service, {at, source, is: 'outside'}, {by: 'nodePort'}, setting)
  if (asked.length > 0) return {refused: 'closed'}
  return everywhere(service).length === 0 ? {refused: 'rejected'} : 'silence'
}

type Where = {readonly at: NodeName; readonly source: string; readonly is: 'pod' | 'node' | 'outside'}

function callerAt(from: Caller, {addresses, family = 'IPv4'}: Setting): Pick<Where, 'source' | 'is'> {
  if (from === 'laptop') return {source: inFamily(family, laptop), is: 'outside'}
  if ('pod' in from) return {source: addresses[from.pod], is: 'pod'}
  return {source: nodeAddress(from.node, family), is: 'node'}
}

/* A node port is a matter of the node that is called. To any other a pod's packet comes with its own node's address. */
function atPort(
  service: TableService,
  {from, node, isBridge}: {readonly from: Caller; readonly node: NodeName; readonly isBridge: boolean},
  setting: Setting,
): Expectation {
  const at = nodeOf(from)
  // In nftables mode node ports answer at the node's own address only; the bridge's is another.
  if (isBridge && setting.mode === 'nftables') return {refused: 'closed'}
  const caller = callerAt(from, setting)
  if (at === node)
    return decide(
      service,
      {at: node, ...caller, ...(isBridge && bridged(from, node, setting))},
      {by: 'nodePort'},
      setting,
    )
  const source = at === undefined ? caller.source : nodeAddress(at, setting.family)
  return decide(service, {at: node, source, is: 'outside'}, {by: 'nodePort'}, setting)
}

/* Who calls an address of its own calls from it, and the bridge's is one of the pod network. */
function bridged(from: Caller, node: NodeName, {knowsPods, family}: Setting): Partial<Where> {
  return typeof from === 'object' && 'node' in from
    ? {source: gateway(node, family), is: knowsPods ? 'pod' : 'node'}
    : {}
}

/* Each node takes the packets of its pods and its own; the laptop's come to the node that the router leads them to. */
function atAddress(
  service: TableService,
  {from, by}: {readonly from: Caller; readonly by: 'balancer' | 'externalIp'},
  setting: Setting,
): Expectation {
  const entry = setting.entry(service[by])
  const at = nodeOf(from)
  const caller = callerAt(from, setting)
  if (at !== undefined && by === 'externalIp' && setting.mode === 'userspace') {
    // A node proxies what comes to it for an external IP from other machines. Its own packets and its pods' it sends out to the router.
    if (entry === undefined) return {refused: 'unreachable'}
    return entry === at ? 'silence' : proxied(service, entry)
  }
  if (at === undefined)
    return entry === undefined ? {refused: 'unreachable'} : decide(service, {at: entry, ...caller}, {by}, setting)
  // The iptables of a node refuse what comes in or passes, not what the node itself sends: that goes out to the router.
  const nobody = everywhere(service).length === 0
  if (nobody && caller.is === 'node' && setting.mode === 'iptables') return byRouter(at, entry, setting)
  return decide(service, {at, ...caller}, {by}, setting)
}

/* When it comes back to the node itself, IPv4 does not believe that it can; IPv6 does not ask, and it is refused as anybody's. */
function byRouter(at: NodeName, entry: NodeName | undefined, {family}: Setting): Expectation {
  if (entry === undefined) return {refused: 'unreachable'}
  return entry === at && family !== 'IPv6' ? 'silence' : {refused: 'rejected'}
}

type Way = {readonly by: 'clusterIp' | 'nodePort' | 'balancer' | 'externalIp'}

/** What the node decides whose kube-proxy meets the packet. */
function decide(service: TableService, where: Where, {by}: Way, setting: Setting): Expectation {
  if (setting.mode === 'userspace') return proxied(service, where.at)
  if (setting.mode === 'ipvs') return handedOn(service, where, {by}, setting)
  if (isKeptOut(service, where, {by}, setting)) return 'silence'
  const chosen = candidates(service, where, {by}, setting)
  if (chosen.length === 0) return everywhere(service).length === 0 ? {refused: 'rejected'} : 'silence'
  const hides = isMasqueraded(service, where, {by}, setting)
  return {answers: Object.fromEntries(chosen.map(pod => [pod, seenBy(pod, {...where, hides}, setting)]))}
}

/*
 * ip_vs hands every packet for a virtual server to one of its real servers, whoever has sent it. So
 * - where a policy says Local and nobody is here, all others are there in their place, for packets from outside, too (kubernetes/kubernetes#97081);
 *   and where somebody is here, those inside are not led to others either;
 * - the node that calls an address of a Service calls from that address, as it stands on its own kube-ipvs0, and a pod here sees it where nobody masquerades;
 * - with policy Local nobody is masqueraded, the node neither;
 * - where there is nobody it refuses. The firewall of a load balancer comes before it, and drops; but what the node itself sends meets its rule
 *   only after ip_vs.
 */
function handedOn(service: TableService, where: Where, {by}: Way, setting: Setting): Expectation {
  const {at, is} = where
  const all = everywhere(service)
  const isOfNode = is === 'node'
  if (by === 'balancer' && !isAllowed(service, where.source) && (all.length > 0 || !isOfNode)) return 'silence'
  const here = usable(service, pod => pods[pod] === at)
  const policy = by === 'clusterIp' ? service.internal : service.external
  const chosen = policy === 'Local' && here.length > 0 ? here : all
  if (chosen.length === 0) return {refused: 'rejected'}
  const source = isOfNode && by !== 'nodePort' ? service[by] : where.source
  const {knowsPods, masqueradeAll} = setting
  const hidesInside = masqueradeAll || (knowsPods ? is !== 'pod' : isOfNode)
  const hides = by === 'clusterIp' ? hidesInside : service.external === 'Cluster'
  return {answers: Object.fromEntries(chosen.map(pod => [pod, seenBy(pod, {at, is, source, hides}, setting)]))}
}

function isKeptOut(service: TableService, where: Where, {by}: Way, setting: Setting): boolean {
  const isServed = everywhere(service).length > 0
  const isNftables = setting.mode === 'nftables'
  // nftables ask who may call before all else, but of the node itself last; iptables only where there is somebody to answer.
  if (by === 'balancer' && !isAllowed(service, where.source)) return isServed || (isNftables && where.is !== 'node')
  // In Kubernetes 1.32 the nftables of a node ask whether it has endpoints before they look who calls (kubernetes/kubernetes#131765).
  if (!isNftables || where.is !== 'node' || (by !== 'balancer' && by !== 'externalIp')) return false
  return isServed && candidates(service, {...where, is: 'outside'}, {by}, setting).length === 0
}

/** The proxy of the node answers everybody, and calls in the node's name. */
function proxied(service: TableService, at: NodeName): Expectation {
  const chosen = everywhere(service)
  if (chosen.length === 0) return service.udp ? 'silence' : {refused: 'closed'}
  return {answers: Object.fromEntries(chosen.map(pod => [pod, pods[pod] === at ? gateway(at) : tunnel(at)]))}
}

function candidates(service: TableService, {at, is}: Where, {by}: Way, {knowsPods}: Setting): readonly EndpointName[] {
  const policy = by === 'clusterIp' ? service.internal : service.external
  const isInsider = by !== 'clusterIp' && (is === 'node' || (is === 'pod' && knowsPods))
  return policy === 'Cluster' || isInsider ? everywhere(service) : usable(service, pod => pods[pod] === at)
}

function isMasqueraded(service: TableService, {is}: Where, {by}: Way, {knowsPods, masqueradeAll}: Setting): boolean {
  if (by === 'clusterIp') return masqueradeAll || (knowsPods && is !== 'pod')
  return service.external === 'Cluster' || is === 'node'
}

/** Ready ones; while there are none, those that still answer. */
function everywhere(service: TableService): readonly EndpointName[] {
  return usable(service, () => true)
}

function usable({endpoints}: TableService, where: (pod: EndpointName) => boolean): readonly EndpointName[] {
  const those = (state: EndpointState) =>
    (Object.keys(endpoints) as EndpointName[]).filter(pod => endpoints[pod] === state && where(pod))
  return those('ready').length > 0 ? those('ready') : those('draining')
}

function isAllowed({ranges}: TableService, source: string): boolean {
  return ranges === undefined || ranges.some(range => isIn(range, source))
}

/** Networks here end at a byte; of IPv6 they are one address, or three groups. */
function isIn(range: string, ip: string): boolean {
  if (range.includes(':'))
    return range === `${ip}/128` || (range.endsWith('::/48') && ip.startsWith(range.slice(0, -4)))
  const [network = '', length] = range.split('/')
  const bytes = Number(length) / 8
  return network.split('.').slice(0, bytes).join('.') === ip.split('.').slice(0, bytes).join('.')
}

/* The node's address towards the pod: of its bridge for its own pods, of its tunnel for others'. */
function seenBy(pod: EndpointName, {at, source, hides}: Where & {hides: boolean}, setting: Setting): string {
  const {addresses, family} = setting
  const isHere = pods[pod] === at
  const node = isHere ? gateway(at, family) : tunnel(at, family)
  if (hides || source === addresses[pod]) return node
  // Who has no address in the pod network leaves a node into it with flannel's.
  return /^(172\.17\.|fd00:172:17:)/.test(source) || isHere ? source : node
}

/** Pods are reached as they are, by pods and nodes. */
function direct(from: Caller, pod: EndpointName, {addresses, family}: Setting): Expectation {
  const at = nodeOf(from)
  if (at === undefined) return {refused: 'unreachable'}
  if (typeof from === 'object' && 'pod' in from) return {answers: {[pod]: addresses[from.pod]}}
  return {answers: {[pod]: pods[pod] === at ? gateway(at, family) : tunnel(at, family)}}
}
