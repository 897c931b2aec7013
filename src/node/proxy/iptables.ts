import type {IptablesRule, IptablesTable, RulesPlan, RulesPlanTable} from '../../kernel/ruleset.ts'
import {dependsOnNode, type ServiceContext} from './iptables-service.ts'
import {chainsOfAllProfiles, type IptablesProfile, profileOf} from './profiles.ts'
import type {ProxyContext, ProxyMode} from './proxy-mode.ts'
import type {Row} from './rule.ts'
import type {ServicePort} from './service-port.ts'

/**
 * kube-proxy's iptables mode, as of Kubernetes 1.30 or of an older version (profiles.ts). A Service is no process and no interface: its address exists only in rules.
 * A packet for a cluster IP meets KUBE-SERVICES before it is routed (nat PREROUTING, or OUTPUT for the node's own). There one
 * rule a Service sends it to the Service's chain, KUBE-SVC-..., which draws lots among the endpoints; the endpoint's chain,
 * KUBE-SEP-..., writes the pod's address into the packet (DNAT). The kernel remembers the connection (conntrack): later packets
 * go the same way without meeting a rule, and answers get the Service's address back.
 */
export const iptables: ProxyMode = {
  plan: (ports, context) => ({
    // 127.0.0.1 is no way to a node port with IPv6, whatever its settings
    ...(context.family === undefined && {
      state: {sysctls: {'net.ipv4.conf.all.route_localnet': (context.localhostNodePorts ?? true) ? '1' : '0'}},
    }),
    rules: [iptablesPlan(ports, context)],
  }),
}

/** Beyond so many endpoints kube-proxy saves on comments. */
const largeCluster = 1000

/** All rules of iptables that a node has for its Services. */
export function iptablesPlan(ports: readonly ServicePort[], context: ProxyContext): RulesPlan {
  const count = ports.reduce((sum, port) => sum + port.endpoints.length, 0)
  const commenting = {...context, commentEndpoints: count <= largeCluster}
  const inside = insideOf(commenting)
  const keys = {everywhere: JSON.stringify(commenting), inside: JSON.stringify(inside)}
  const rowsOf = (port: ServicePort) =>
    dependsOnNode(port) ? knownRows(port, commenting, keys.everywhere) : knownRows(port, inside, keys.inside)
  const profile = profileOf(context)
  const services = ports.flatMap(rowsOf)
  return {
    backend: 'iptables',
    ...(context.family && {family: context.family}),
    owner: 'kube-proxy',
    prefixes: [...servicePrefixes, ...chainsOfAllProfiles],
    tables: tablesOf(profile, [...services, ...profile.fixedRows(context)]),
  }
}

/* What nodes have in common that rules for packets from inside go by. */
function insideOf({nodeIp: _ip, addresses: _all, nodeName: _name, ...context}: ServiceContext): ServiceContext {
  return {...context, nodeName: ''}
}

/*
 * The rules of a port that is the same as before, for a node that is told the same. Most are the same on all nodes; those for packets from
 * outside, and to pods of the node itself, are not.
 */
function knownRows(port: ServicePort, context: ServiceContext, key: string): readonly Row[] {
  const byContext = remembered.get(port) ?? new Map<string, readonly Row[]>()
  remembered.set(port, byContext)
  const rows = byContext.get(key) ?? profileOf(context).serviceRows(port, context)
  byContext.set(key, rows)
  return rows
}

const remembered = new WeakMap<ServicePort, Map<string, readonly Row[]>>()

const servicePrefixes = ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-EXT-', 'KUBE-FW-', 'KUBE-XLB-', 'KUBE-SEP-']

function tablesOf(profile: IptablesProfile, rows: readonly Row[]): RulesPlan['tables'] {
  const names = Object.keys(profile.baseChains) as IptablesTable[]
  return Object.fromEntries(names.map(name => [name, tableOf(name, {profile, rows})]))
}

function tableOf(
  name: IptablesTable,
  {profile: {baseChains, baseJumps}, rows}: {readonly profile: IptablesProfile; readonly rows: readonly Row[]},
): RulesPlanTable {
  const chains: Record<string, IptablesRule[]> = {}
  for (const chain of baseChains[name] ?? []) chains[chain] = []
  for (const {table, chain, rule} of rows) {
    if (table !== name) continue
    chains[chain] ??= []
    chains[chain].push(rule)
  }
  return {chains, jumps: baseJumps[name] ?? []}
}
