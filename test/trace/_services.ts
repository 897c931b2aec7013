import type {IpFamily} from '../../src/net/ip.ts'
import {type EndpointSlice, serviceNameLabel} from '../../src/objects/endpoint-slice.ts'
import type {Service} from '../../src/objects/service.ts'
import {
  type EndpointName,
  inFamily,
  laptop,
  nodes,
  type PodAddresses,
  podNetwork,
  podNetwork6,
  pods,
} from './_cluster.ts'

/** How an endpoint is: ready, going away but answering, going away and silent. */
export type EndpointState = 'ready' | 'draining' | 'gone'
export type Policy = 'Cluster' | 'Local'

/** A Service of the packet table. It has a port of each kind: a cluster IP, a node port, a load balancer's address, an external IP. */
export type TableService = {
  readonly name: string
  readonly endpoints: Readonly<Partial<Record<EndpointName, EndpointState>>>
  readonly external: Policy
  readonly internal: Policy
  readonly ranges?: readonly string[]
  readonly affinity?: number
  readonly udp?: true
  readonly clusterIp: string
  readonly nodePort: number
  readonly balancer: string
  readonly externalIp: string
}

type Shape = Pick<TableService, 'name' | 'endpoints'> & Partial<TableService>

const endpointsOf = {
  none: {},
  one: {two: 'ready'},
  three: {one: 'ready', two: 'ready', three: 'ready'},
  draining: {one: 'draining', two: 'draining'},
  gone: {two: 'gone'},
  mixed: {one: 'ready', two: 'draining'},
} as const satisfies Readonly<Record<string, TableService['endpoints']>>

const policies: readonly Policy[] = ['Cluster', 'Local']

const byPolicy = Object.entries(endpointsOf).flatMap(([name, endpoints]) =>
  policies.flatMap(external =>
    policies.map(
      (internal): Shape => ({name: `${name}-${external}-${internal}`.toLowerCase(), endpoints, external, internal}),
    ),
  ),
)

const ranges = {
  laptop: [`${laptop}/32`],
  alpha: [`${nodes.alpha.address}/32`],
  pods: [podNetwork],
  two: [`${laptop}/32`, `${nodes.gamma.address}/32`],
} as const

const byRange = Object.entries(ranges).flatMap(([who, list]) =>
  policies.flatMap(external =>
    (['none', 'one', 'three'] as const).map(
      (set): Shape => ({
        name: `for-${who}-${set}-${external}`.toLowerCase(),
        endpoints: endpointsOf[set],
        external,
        ranges: list,
      }),
    ),
  ),
)

const others: readonly Shape[] = [
  {name: 'sticky', endpoints: endpointsOf.three, affinity: 60},
  {name: 'sticky-local', endpoints: endpointsOf.three, external: 'Local', internal: 'Local', affinity: 60},
  {name: 'datagrams', endpoints: endpointsOf.three, udp: true},
  {name: 'datagrams-none', endpoints: {}, udp: true},
]

/** All Services of the table, each with addresses of its own. */
export const services: readonly TableService[] = [...byPolicy, ...byRange, ...others].map((shape, index) => ({
  external: 'Cluster',
  internal: 'Cluster',
  ...shape,
  clusterIp: `10.96.1.${index + 1}`,
  nodePort: 30_100 + index,
  balancer: `10.0.40.${index + 1}`,
  externalIp: `10.0.40.${index + 101}`,
}))

/** The same Service by its addresses of a family. */
export function ofFamily(service: TableService, family: IpFamily): TableService {
  if (family === 'IPv4') return service
  const {clusterIp, balancer, externalIp, ranges} = service
  const six = (ip: string) => inFamily('IPv6', ip)
  return {
    ...service,
    ...{clusterIp: six(clusterIp), balancer: six(balancer), externalIp: six(externalIp)},
    ...(ranges && {ranges: ranges.map(secondRange)}),
  }
}

function secondRange(range: string): string {
  return range === podNetwork ? podNetwork6 : `${inFamily('IPv6', range.replace('/32', ''))}/128`
}

export const bothFamilies: readonly IpFamily[] = ['IPv4', 'IPv6']

export const servicePort = 80
export const podPort = ({udp}: TableService) => (udp ? 8081 : 8080)

/** The Service as people write it. A load balancer's address is asked for in the last of its families. */
export function serviceOf(service: TableService, families: readonly IpFamily[] = ['IPv4']): Service {
  const {name, external, internal, affinity, udp, nodePort} = service
  const each = families.map(family => ofFamily(service, family))
  const ranges = each.flatMap(one => one.ranges ?? [])
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {name, namespace: 'default'},
    spec: {
      type: 'LoadBalancer',
      clusterIP: each[0]?.clusterIp ?? '',
      ...(families.length > 1 && {
        clusterIPs: each.map(({clusterIp}) => clusterIp),
        ipFamilies: families,
        ipFamilyPolicy: 'RequireDualStack',
      }),
      loadBalancerIP: each.at(-1)?.balancer ?? '',
      externalIPs: each.map(({externalIp}) => externalIp),
      externalTrafficPolicy: external,
      ...(external === 'Local' && {healthCheckNodePort: nodePort + 1000}),
      internalTrafficPolicy: internal,
      ports: [{port: servicePort, targetPort: podPort(service), nodePort, protocol: udp ? 'UDP' : 'TCP'}],
      ...(ranges.length > 0 && {loadBalancerSourceRanges: ranges}),
      ...(affinity && {sessionAffinity: 'ClientIP', sessionAffinityConfig: {clientIP: {timeoutSeconds: affinity}}}),
    },
  }
}

/** As the cluster has it, with the load balancer's addresses given. */
export function balanced(service: TableService, families: readonly IpFamily[] = ['IPv4']): Service {
  const ingress = families.map(family => ({ip: ofFamily(service, family).balancer}))
  return {...serviceOf(service, families), status: {loadBalancer: {ingress}}}
}

const conditions = {
  ready: {ready: true, serving: true, terminating: false},
  draining: {ready: false, serving: true, terminating: true},
  gone: {ready: false, serving: false, terminating: true},
} as const satisfies Readonly<Record<EndpointState, object>>

/** Its endpoints, written by hand. */
export function sliceOf(service: TableService, addresses: PodAddresses, addressType: IpFamily = 'IPv4'): EndpointSlice {
  const {name, endpoints, udp} = service
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${addressType === 'IPv4' ? 'slice' : 'slice6'}`,
      namespace: 'default',
      labels: {[serviceNameLabel]: name},
    },
    addressType,
    endpoints: (Object.entries(endpoints) as [EndpointName, EndpointState][]).map(([pod, state]) => ({
      addresses: [addresses[pod]],
      conditions: conditions[state],
      nodeName: pods[pod],
    })),
    ports: [{name: '', port: podPort(service), protocol: udp ? 'UDP' : 'TCP'}],
  }
}
