import type {IptablesRule, IptablesTable, RulesPlan, RulesPlanTable} from '../../../kernel/ruleset.ts'
import type {ProxyContext, ProxyMode} from '../proxy-mode.ts'
import type {Row} from '../rule.ts'
import type {ServicePort} from '../service-port.ts'
import {baseChains, baseJumps} from './base.ts'
import {portalRows} from './portal-rows.ts'
import {proxiedPorts} from './proxied-port.ts'

/**
 * kube-proxy's userspace mode, the first there was: the default before Kubernetes 1.2, gone since 1.26. Here kube-proxy is a proxy
 * in truth. For each port of a Service it listens at a port of the node that it picks itself, the *proxy port*. The rules do no more
 * than lead packets for the Service there. kube-proxy accepts the connection, chooses an endpoint, opens a second connection to
 * it and copies what comes between the two. So the pod sees the node, never the client; and as kube-proxy notices when an endpoint
 * does not answer, it can try the next one, which no rule can.
 *
 * The price: each byte goes through a program, and each connection costs two. Rules took that over for their speed, not for their wit.
 */
export const userspace: ProxyMode = {
  noIpv6: 'userspace mode has no IPv6 here: choose iptables or nftables',
  proxied: proxiedPorts,
  plan: (ports, context) => ({rules: [userspacePlan(ports, context)]}),
}

/** The rules of a node. A port that the proxy does not serve (it could not open a socket, or it is SCTP) has none. */
export function userspacePlan(ports: readonly ServicePort[], context: ProxyContext): RulesPlan {
  const rows = ports.flatMap(port => portalRows(port, context))
  return {
    backend: 'iptables',
    owner: 'kube-proxy',
    prefixes: ['KUBE-PORTALS-', 'KUBE-NODEPORT-'],
    tables: {filter: tableOf('filter', rows), nat: tableOf('nat', rows)},
  }
}

function tableOf(name: IptablesTable, rows: readonly Row[]): RulesPlanTable {
  const chains: Record<string, IptablesRule[]> = {}
  for (const chain of baseChains[name] ?? []) chains[chain] = []
  for (const {table, chain, rule} of rows) if (table === name) chains[chain]?.push(rule)
  return {chains, jumps: baseJumps[name] ?? []}
}
