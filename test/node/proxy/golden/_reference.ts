import {join} from 'node:path'
import {parseCidr, parseNetwork} from '../../../../src/net/cidr.ts'
import {parseIp} from '../../../../src/net/ip.ts'
import type {ProxyContext} from '../../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, node1} from '../_plan.ts'

/*
 * The reference cluster of the goldens: one Service of each kind, seen from node1 (10.0.20.11, pods 172.17.12.0/24).
 *
 *   kubia          the Service of reference example R2, three pods on two nodes
 *   kube-dns       that of R3: three ports, TCP and UDP
 *   front          node port, load balancer with source ranges, external IP; policy Local
 *   sticky         node port; clients stay with their pod for an hour
 *   nobody         node port, no endpoint
 *   elsewhere      policy Local for callers inside, its pod on another node
 */
const dns = {clusterIp: parseIp('10.96.0.10'), internalTrafficPolicy: 'Cluster'} as const
const dnsPods = (port: number) =>
  ['10.32.0.3', '10.32.0.4'].map(ip => ({ip: parseIp(ip), port, ready: true, nodeName: 'master'}))

export const reference: readonly ServicePort[] = [
  {
    ...{name: 'default/elsewhere', protocol: 'tcp', clusterIp: parseIp('10.96.7.7'), port: 80},
    internalTrafficPolicy: 'Local',
    endpoints: [endpoint('172.17.13.2', 8080)],
  },
  {
    ...{name: 'default/front:http', protocol: 'tcp', clusterIp: parseIp('10.96.5.5'), port: 80, nodePort: 30080},
    ...{internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Local', healthCheckNodePort: 31080},
    externalIps: [parseIp('203.0.113.9')],
    loadBalancerIps: [parseIp('10.0.40.5')],
    sourceRanges: ['10.0.20.0/24', '192.0.2.0/24'].map(parseCidr),
    endpoints: [endpoint('172.17.12.2', 8080), endpoint('172.17.13.2', 8080)],
  },
  kubia,
  {
    ...{name: 'default/nobody', protocol: 'udp', clusterIp: parseIp('10.96.8.8'), port: 53, nodePort: 30053},
    ...{internalTrafficPolicy: 'Cluster', endpoints: []},
  },
  {
    ...{name: 'default/sticky', protocol: 'tcp', clusterIp: parseIp('10.96.6.6'), port: 80, nodePort: 30081},
    ...{internalTrafficPolicy: 'Cluster', affinitySeconds: 3600},
    endpoints: [endpoint('172.17.12.3', 8080), endpoint('172.17.13.3', 8080)],
  },
  {...dns, name: 'kube-system/kube-dns:dns', protocol: 'udp', port: 53, endpoints: dnsPods(53)},
  {...dns, name: 'kube-system/kube-dns:dns-tcp', protocol: 'tcp', port: 53, endpoints: dnsPods(53)},
  {...dns, name: 'kube-system/kube-dns:metrics', protocol: 'tcp', port: 9153, endpoints: dnsPods(9153)},
]

export const context: ProxyContext = {
  ...node1,
  nodeIp: parseIp('10.0.20.11'),
  addresses: ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp),
  serviceRange: parseNetwork('10.96.0.0/12'),
}

export type Golden = 'iptables-save' | 'nft' | 'ipvs.iptables-save' | 'ipvs.ipset-save' | 'ipvs.ipvsadm-Sn'

/** Where the goldens lie: what the tools print once the kernel has the reference cluster's rules; those of ipvs mode with its name before. */
export const goldenFile = (name: Golden) => join(import.meta.dirname, `reference.${name}.txt`)
