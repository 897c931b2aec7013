import {printIptablesRule} from '../../../src/kernel/rules/iptables.ts'
import type {IptablesTable, RulesPlan} from '../../../src/kernel/ruleset.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {iptablesPlan} from '../../../src/node/proxy/iptables.ts'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import type {Endpoint, ServicePort} from '../../../src/node/proxy/service-port.ts'

/** The Service of reference example R2, with endpoints on two nodes. */
export const kubia: ServicePort = {
  name: 'default/kubia',
  protocol: 'tcp',
  clusterIp: parseIp('10.98.237.175'),
  port: 80,
  internalTrafficPolicy: 'Cluster',
  endpoints: ['172.17.12.2', '172.17.12.3', '172.17.13.2'].map(ip => endpoint(ip, 8080)),
}

export const node1: ProxyContext = {nodeName: 'node1', clusterCidr: parseCidr('172.17.0.0/16')}

export function endpoint(ip: string, port: number, more: Partial<Endpoint> = {}): Endpoint {
  return {ip: parseIp(ip), port, ready: true, nodeName: ip.startsWith('172.17.12.') ? 'node1' : 'master', ...more}
}

/** What kube-proxy plans on a node. */
export function planned(ports: readonly ServicePort[], context: ProxyContext = node1): RulesPlan {
  return iptablesPlan(ports, context)
}

/** The plan's rules that name the service (a regular expression), table by table, chain by chain. */
export function linesOf(name: string, plan: RulesPlan): string {
  const lines = (['filter', 'nat'] satisfies IptablesTable[]).flatMap(table =>
    Object.entries(plan.tables[table]?.chains ?? {}).flatMap(([chain, rules]) =>
      rules.map(rule => `${table}: ${printIptablesRule(chain, rule)}`),
    ),
  )
  return lines
    .filter(line => new RegExp(name).test(line))
    .map(line => `${line}\n`)
    .join('')
}
