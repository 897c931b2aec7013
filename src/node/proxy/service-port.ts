import {type Ip, parseIp} from '../../net/ip.ts'
import type {EndpointAddress, Endpoints} from '../../objects/endpoints.ts'
import type {ServicePort as PortSpec, Service, TrafficPolicy} from '../../objects/service.ts'

/** One port of a Service with all that a proxy must know of it: no names left to look up. */
export type ServicePort = {
  /** `default/kubia:http`, or `default/kubia` when the port has no name. */
  readonly name: string
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly clusterIp: Ip
  readonly port: number
  /** The port under which every node takes packets for it. */
  readonly nodePort?: number
  readonly internalTrafficPolicy: TrafficPolicy
  /** For packets to the node port; `Cluster` when left out. */
  readonly externalTrafficPolicy?: TrafficPolicy
  /** Session affinity ClientIP: for how many seconds a client stays with its endpoint. */
  readonly affinitySeconds?: number
  /** Sorted as text, each once. */
  readonly endpoints: readonly Endpoint[]
}

export type Endpoint = {
  readonly ip: Ip
  readonly port: number
  readonly ready: boolean
  /** An endpoint without one is local to no node. */
  readonly nodeName?: string
}

/** Every port of every Service that has a cluster IP, with its endpoints; sorted by name and protocol. */
export function servicePorts(services: readonly Service[], endpoints: readonly Endpoints[]): readonly ServicePort[] {
  const byName = new Map(endpoints.map(one => [qualifiedName(one), one]))
  return services
    .flatMap(service => portsOf(service, byName.get(qualifiedName(service))))
    .sort((a, b) => compare(`${a.name} ${a.protocol}`, `${b.name} ${b.protocol}`))
}

function portsOf(service: Service, endpoints: Endpoints | undefined): ServicePort[] {
  const {clusterIP, type, ports = [], internalTrafficPolicy = 'Cluster', externalTrafficPolicy} = service.spec
  if (!clusterIP || clusterIP === 'None' || type === 'ExternalName') return []
  return ports.map(port => ({
    name: port.name ? `${qualifiedName(service)}:${port.name}` : qualifiedName(service),
    protocol: protocolOf(port),
    clusterIp: parseIp(clusterIP),
    port: port.port,
    ...(port.nodePort && {nodePort: port.nodePort}),
    internalTrafficPolicy,
    ...(externalTrafficPolicy && {externalTrafficPolicy}),
    ...affinityOf(service),
    endpoints: endpointsOf(port, endpoints),
  }))
}

function qualifiedName({metadata}: Service | Endpoints): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}

function protocolOf({protocol = 'TCP'}: {readonly protocol?: PortSpec['protocol']}): ServicePort['protocol'] {
  return protocol.toLowerCase() as ServicePort['protocol']
}

/** Kubernetes' default: three hours. */
const defaultAffinitySeconds = 10800

function affinityOf({spec}: Service): Pick<ServicePort, 'affinitySeconds'> {
  if (spec.sessionAffinity !== 'ClientIP') return {}
  return {affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds}
}

/** A service port and a port of its endpoints are the same when name and protocol are. */
function endpointsOf(port: PortSpec, endpoints: Endpoints | undefined): readonly Endpoint[] {
  const found = (endpoints?.subsets ?? []).flatMap(({addresses = [], notReadyAddresses = [], ports = []}) =>
    ports
      .filter(one => (one.name ?? '') === (port.name ?? '') && protocolOf(one) === protocolOf(port))
      .flatMap(one => [
        ...addresses.map(address => endpointOf(address, one.port, true)),
        ...notReadyAddresses.map(address => endpointOf(address, one.port, false)),
      ]),
  )
  const unique = new Map(found.map(endpoint => [`${endpoint.ip}:${endpoint.port}`, endpoint]))
  return [...unique].sort(([a], [b]) => compare(a, b)).map(([, endpoint]) => endpoint)
}

function endpointOf({ip, nodeName}: EndpointAddress, port: number, ready: boolean): Endpoint {
  return {ip: parseIp(ip), port, ready, ...(nodeName === undefined ? {} : {nodeName})}
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
