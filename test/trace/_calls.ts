import {familyOf} from '../../src/net/ip.ts'
import {
  type EndpointName,
  gateway,
  inFamily,
  type NodeName,
  nodeAddress,
  nodeNames,
  type PodAddresses,
  type PodName,
  podNames,
  pods,
} from './_cluster.ts'
import type {TableService} from './_services.ts'

/** Who calls. */
export type Caller = {readonly pod: PodName} | {readonly node: NodeName} | 'laptop'

/** What is called: an address of the Service, its node port at a node or at 127.0.0.1 or ::1, one of its endpoints by itself, or what nobody has. */
export type Target =
  | 'clusterIp'
  | 'balancer'
  | 'externalIp'
  | 'localhost'
  | 'unusedPort'
  | {readonly nodePort: NodeName}
  | {readonly bridge: NodeName}
  | {readonly endpoint: EndpointName}

/** Everybody who calls. */
export const callers: readonly Caller[] = [
  'laptop',
  ...nodeNames.map(node => ({node})),
  ...podNames.filter(pod => pod !== 'three').map(pod => ({pod})),
]

/** All calls of a Service. */
export function callsOf(service: TableService): readonly {readonly from: Caller; readonly to: Target}[] {
  const ports = nodeNames.map(nodePort => ({nodePort}))
  const everybodys: readonly Target[] = ['clusterIp', 'balancer', 'externalIp', ...ports]
  const more: readonly Target[] =
    service.name === 'three-cluster-cluster'
      ? ['unusedPort', ...(['one', 'two'] as const).map(endpoint => ({endpoint}))]
      : []
  return callers.flatMap(from => [
    ...[...everybodys, ...more].map(to => ({from, to})),
    ...(isNode(from) ? [{from, to: 'localhost' as const}] : []),
    ...(from !== 'laptop' && service.internal === 'Cluster' ? [{from, to: {bridge: nodeOf(from) as NodeName}}] : []),
  ])
}

function isNode(from: Caller): from is {readonly node: NodeName} {
  return from !== 'laptop' && 'node' in from
}

/** `pod caller-a calls three-cluster-cluster by clusterIp`. */
export function titleOf(service: TableService, {from, to}: {readonly from: Caller; readonly to: Target}): string {
  const who = from === 'laptop' ? from : 'pod' in from ? `pod ${from.pod}` : `node ${from.node}`
  const what =
    typeof to === 'string'
      ? to
      : Object.entries(to)
          .map(([kind, name]) => `${kind} at ${name}`)
          .join()
  return `${who} calls ${service.name} by ${what}`
}

/** Where the packet is sent: by IPv6 to a Service that has addresses of it. */
export function addressOf(
  service: TableService,
  to: Target,
  addresses: PodAddresses,
): {readonly ip: string; readonly port: number} {
  const family = familyOf(service.clusterIp)
  if (typeof to === 'object') {
    if ('endpoint' in to) return {ip: addresses[to.endpoint], port: 8080}
    if ('bridge' in to) return {ip: gateway(to.bridge, family), port: service.nodePort}
    return {ip: nodeAddress(to.nodePort, family), port: service.nodePort}
  }
  switch (to) {
    case 'localhost':
      return {ip: inFamily(family, '127.0.0.1'), port: service.nodePort}
    case 'unusedPort':
      return {ip: service.clusterIp, port: 9999}
    case 'clusterIp':
    case 'balancer':
    case 'externalIp':
      return {ip: service[to], port: 80}
  }
}

/** The node that a caller is or is on. */
export function nodeOf(from: Caller): NodeName | undefined {
  return from === 'laptop' ? undefined : 'pod' in from ? pods[from.pod] : from.node
}
