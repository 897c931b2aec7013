import {type Cidr, networkOf, parseAnyCidr} from '../../net/cidr.ts'
import {familyOf, type Ip, type IpFamily} from '../../net/ip.ts'
import {parseAnyIp} from '../../net/ip6.ts'
import {type EndpointSlice, type SliceEndpoint, serviceNameLabel} from '../../objects/endpoint-slice.ts'
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
  /** Addresses that somebody else leads to the nodes. */
  readonly externalIps?: readonly Ip[]
  /** Addresses of load balancers that hand packets on as they are. */
  readonly loadBalancerIps?: readonly Ip[]
  /** Who may use the load balancer: everybody when left out. */
  readonly sourceRanges?: readonly Cidr[]
  /** Where every node tells whether it has endpoints of its own. */
  readonly healthCheckNodePort?: number
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
  /** New connections may go there. */
  readonly ready: boolean
  /** It is going away but still answers: what is left when no endpoint is ready. */
  readonly lingering?: true
  /** An endpoint without one is local to no node. */
  readonly nodeName?: string
  /** The zones whose nodes are to use it (topology hints). */
  readonly zones?: readonly string[]
}

/** An address and its port as one word: `172.17.13.2:8080`, `[fd00:172:17:d::2]:8080`. */
export function socketAddress({ip, port}: {readonly ip: Ip; readonly port: number}): string {
  return familyOf(ip) === 'IPv6' ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** Whether packets come to it from outside at all. */
export function isExternal({nodePort, externalIps = [], loadBalancerIps = []}: ServicePort): boolean {
  return nodePort !== undefined || externalIps.length > 0 || loadBalancerIps.length > 0
}

/** Whether only some sources may use the load balancer. */
export function hasFirewall({loadBalancerIps = [], sourceRanges = []}: ServicePort): boolean {
  return loadBalancerIps.length > 0 && sourceRanges.length > 0
}

/** Every port of every Service that has a cluster IP of a family, with the endpoints of all its slices; sorted by name and protocol. */
export function servicePorts(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  family: IpFamily = 'IPv4',
): readonly ServicePort[] {
  const last = asked[family]
  const ports = (last && stepFrom(last, {services, slices}, family)) ?? allPorts(services, slices, family)
  asked[family] = {services, slices, ports}
  return ports
}

/** What was asked last, and the answer. The nodes of one process ask the same one after the other, and then with another slice. */
type Asked = {
  readonly services: readonly Service[]
  readonly slices: readonly EndpointSlice[]
  readonly ports: readonly ServicePort[]
}

const asked: Partial<Record<IpFamily, Asked>> = {}

/* The way from the last answer when no more than a few slices are others than before; names stay, and the order with them. */
function stepFrom(
  {services: before, slices: old, ports}: Asked,
  {services, slices}: Omit<Asked, 'ports'>,
  family: IpFamily,
): readonly ServicePort[] | undefined {
  if (before.length !== services.length || services.some((service, at) => service !== before[at])) return undefined
  const changed = slices.filter((slice, at) => slice !== old[at])
  const left = old.filter((slice, at) => slice !== slices[at])
  if (changed.length + left.length > fewSlices) return undefined
  const affected = [...left, ...changed]
  const next = [...ports]
  for (const service of services.filter(one => affected.some(slice => isSliceOf(one, slice)))) {
    const own = slices.filter(slice => slice.addressType === family && isSliceOf(service, slice))
    for (const port of knownPorts(service, own, family))
      next[next.findIndex(({name, protocol}) => name === port.name && protocol === port.protocol)] = port
  }
  return next
}

/** Each takes a look at all. */
const fewSlices = 10

function allPorts(
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  family: IpFamily,
): readonly ServicePort[] {
  const usable = slices.filter(({addressType}) => addressType === family)
  const byService = Map.groupBy(usable, ({metadata}) => `${metadata.namespace}/${metadata.labels?.[serviceNameLabel]}`)
  return services
    .flatMap(service => knownPorts(service, byService.get(qualifiedName(service)) ?? noSlices, family))
    .sort((a, b) => compare(a.name, b.name) || compare(a.protocol, b.protocol))
}

const noSlices: readonly EndpointSlice[] = []

/*
 * Objects of the API are never changed: of a Service and slices that are the same as before, the ports are, too. So a change of one Service
 * costs its own ports only, and what one node of this process has worked out the others need not.
 */
function knownPorts(service: Service, slices: readonly EndpointSlice[], family: IpFamily): readonly ServicePort[] {
  const known = remembered[family].get(service)
  if (known?.slices.length === slices.length && slices.every((slice, index) => slice === known.slices[index]))
    return known.ports
  const ports = portsOf(service, slices, family)
  remembered[family].set(service, {slices, ports})
  return ports
}

type Known = WeakMap<Service, {readonly slices: readonly EndpointSlice[]; readonly ports: readonly ServicePort[]}>

const remembered: Readonly<Record<IpFamily, Known>> = {IPv4: new WeakMap(), IPv6: new WeakMap()}

function portsOf(service: Service, slices: readonly EndpointSlice[], family: IpFamily): ServicePort[] {
  const {type, ports = [], internalTrafficPolicy = 'Cluster', externalTrafficPolicy} = service.spec
  const clusterIp = clusterIpOf(service, family)
  if (clusterIp === undefined || type === 'ExternalName') return []
  return ports.map(port => ({
    name: port.name ? `${qualifiedName(service)}:${port.name}` : qualifiedName(service),
    protocol: protocolOf(port),
    clusterIp,
    port: port.port,
    ...(port.nodePort && {nodePort: port.nodePort}),
    ...externalOf(service, family),
    internalTrafficPolicy,
    ...(externalTrafficPolicy && {externalTrafficPolicy}),
    ...affinityOf(service),
    endpoints: endpointsOf(port, slices),
  }))
}

function clusterIpOf({spec: {clusterIP = '', clusterIPs = [clusterIP]}}: Service, family: IpFamily): Ip | undefined {
  const found = clusterIPs.find(ip => ip !== '' && ip !== 'None' && familyOf(ip) === family)
  return found === undefined ? undefined : parseAnyIp(found)
}

/** The parts of a service port's name: `default`, `kubia` and `http` of `default/kubia:http`. */
export function splitName(name: string): {
  readonly namespace: string
  readonly service: string
  readonly portName: string
} {
  const [, namespace = '', service = '', portName = ''] = /^([^/]*)\/([^:]*)(?::(.*))?$/.exec(name) ?? []
  return {namespace, service, portName}
}

function qualifiedName({metadata}: Service): string {
  return `${metadata.namespace ?? 'default'}/${metadata.name}`
}

function isSliceOf({metadata: {namespace = 'default', name}}: Service, {metadata}: EndpointSlice): boolean {
  return metadata.labels?.[serviceNameLabel] === name && metadata.namespace === namespace
}

function protocolOf({protocol = 'TCP'}: {readonly protocol?: PortSpec['protocol']}): ServicePort['protocol'] {
  return protocol.toLowerCase() as ServicePort['protocol']
}

/** Of a load balancer's addresses only those at which packets come as the client has sent them: `ipMode` VIP. */
function externalOf(
  {spec, status}: Service,
  family: IpFamily,
): Pick<ServicePort, 'externalIps' | 'loadBalancerIps' | 'sourceRanges' | 'healthCheckNodePort'> {
  const {type, externalIPs = [], loadBalancerSourceRanges = [], externalTrafficPolicy, healthCheckNodePort} = spec
  const ingress = type === 'LoadBalancer' ? (status?.loadBalancer?.ingress ?? []) : []
  const loadBalancerIps = ingress.flatMap(({ip, ipMode = 'VIP'}) =>
    isOf(family, ip) && ipMode === 'VIP' ? [parseAnyIp(ip)] : [],
  )
  const externalIps = externalIPs.filter(ip => isOf(family, ip)).map(parseAnyIp)
  const ranges = loadBalancerSourceRanges.map(range => range.trim()).filter(range => isOf(family, range))
  return {
    ...(externalIps.length > 0 && {externalIps}),
    ...(loadBalancerIps.length > 0 && {loadBalancerIps}),
    ...(loadBalancerIps.length > 0 &&
      ranges.length > 0 && {sourceRanges: ranges.map(range => networkOf(parseAnyCidr(range)))}),
    ...(externalTrafficPolicy === 'Local' && healthCheckNodePort && {healthCheckNodePort}),
  }
}

function isOf(family: IpFamily, text: string | undefined): text is string {
  return text !== undefined && familyOf(text) === family
}

/** Kubernetes' default: three hours. */
const defaultAffinitySeconds = 10800

function affinityOf({spec}: Service): Pick<ServicePort, 'affinitySeconds'> {
  if (spec.sessionAffinity !== 'ClientIP') return {}
  return {affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds}
}

/** A service port and a port of its endpoints are the same when name and protocol are. An address may stand in two slices. */
function endpointsOf(port: PortSpec, slices: readonly EndpointSlice[]): readonly Endpoint[] {
  const found = slices.flatMap(({endpoints, ports = []}) =>
    ports
      .filter(one => (one.name ?? '') === (port.name ?? '') && protocolOf(one) === protocolOf(port))
      .flatMap(({port: number}) => (number === undefined ? [] : endpoints.flatMap(one => endpointOf(one, number)))),
  )
  const unique = new Map(
    found.toSorted((a, b) => rank(a) - rank(b)).map(endpoint => [`${endpoint.ip}:${endpoint.port}`, endpoint]),
  )
  return [...unique].sort(([a], [b]) => compare(a, b)).map(([, endpoint]) => endpoint)
}

/** What slices say twice counts at its best. */
function rank({ready, lingering}: Endpoint): number {
  return ready ? 2 : lingering ? 1 : 0
}

/** A condition that is left out says the best. The addresses of one endpoint are all the same to a proxy: it takes the first. */
function endpointOf(
  {addresses: [ip], conditions = {}, nodeName, hints}: SliceEndpoint,
  port: number,
): readonly Endpoint[] {
  const {ready = true, serving = ready, terminating = false} = conditions
  if (ip === undefined) return []
  const lingering = !ready && serving && terminating
  const zones = hints?.forZones?.map(({name}) => name) ?? []
  return [
    {
      ...{ip: parseAnyIp(ip), port, ready},
      ...(lingering && {lingering}),
      ...(nodeName !== undefined && {nodeName}),
      ...(zones.length > 0 && {zones}),
    },
  ]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
