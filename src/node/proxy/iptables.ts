import type {IptablesRule, IptablesTable, RulesPlan, RulesPlanTable} from '../../kernel/ruleset.ts'
import {baseChains, baseJumps, fixedRows} from './iptables-base.ts'
import {serviceRows} from './iptables-service.ts'
import type {ProxyContext, ProxyMode} from './proxy-mode.ts'
import type {Row} from './rule.ts'
import type {ServicePort} from './service-port.ts'

/**
 * kube-proxy's iptables mode, as of Kubernetes 1.30. A Service is no process and no interface: its address exists only in rules.
 * A packet for a cluster IP meets KUBE-SERVICES before it is routed (nat PREROUTING, or OUTPUT for the node's own). There one
 * rule a Service sends it to the Service's chain, KUBE-SVC-..., which draws lots among the endpoints; the endpoint's chain,
 * KUBE-SEP-..., writes the pod's address into the packet (DNAT). The kernel remembers the connection (conntrack): later packets
 * go the same way without meeting a rule, and answers get the Service's address back.
 */
export const iptables: ProxyMode = {
  plan: (ports, context) => ({
    state: {sysctls: {'net.ipv4.conf.all.route_localnet': (context.localhostNodePorts ?? true) ? '1' : '0'}},
    rules: [rulesPlan(ports, context)],
  }),
}

/** Beyond so many endpoints kube-proxy saves on comments. */
const largeCluster = 1000

function rulesPlan(ports: readonly ServicePort[], context: ProxyContext): RulesPlan {
  const count = ports.reduce((sum, port) => sum + port.endpoints.length, 0)
  const services = ports.flatMap(port => serviceRows(port, {...context, commentEndpoints: count <= largeCluster}))
  return {
    backend: 'iptables',
    owner: 'kube-proxy',
    prefixes: ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-EXT-', 'KUBE-FW-', 'KUBE-SEP-'],
    tables: tablesOf([...services, ...fixedRows(context)]),
  }
}

function tablesOf(rows: readonly Row[]): RulesPlan['tables'] {
  const names = Object.keys(baseChains) as IptablesTable[]
  return Object.fromEntries(names.map(name => [name, tableOf(name, rows)]))
}

function tableOf(name: IptablesTable, rows: readonly Row[]): RulesPlanTable {
  const chains: Record<string, IptablesRule[]> = {}
  for (const chain of baseChains[name] ?? []) chains[chain] = []
  for (const {table, chain, rule} of rows) {
    if (table !== name) continue
    chains[chain] ??= []
    chains[chain].push(rule)
  }
  return {chains, jumps: baseJumps[name] ?? []}
}
