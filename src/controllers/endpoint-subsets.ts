import type {EndpointAddress, EndpointPort, EndpointSubset} from '../objects/endpoints.ts'
import type {Pod} from '../objects/pod.ts'
import {addressPlace, comparePlaces, podAddress} from '../objects/pod-address.ts'
import {isFinished, isReady, isTerminating} from '../objects/pod-status.ts'
import type {Service, ServicePort} from '../objects/service.ts'
import {targetPort} from './target-port.ts'

/**
 * The subsets of a service's Endpoints. Each port of the service may lead to other pods: a target port given by name is
 * looked up in each pod, and a pod without such a port is left out. Ports that lead to the very same pods share a subset.
 */
export function subsetsOf(service: Service, pods: readonly Pod[]): readonly EndpointSubset[] {
  const backends = pods.filter(pod => belongs(pod, service)).map(pod => backendOf(pod, service))
  const groups = new Map<string, {backends: readonly Backend[]; ports: EndpointPort[]}>()
  for (const {port, backends: offering} of offers(service, backends)) {
    const who = offering.map(({id}) => id).join(' ')
    const group = groups.get(who) ?? {backends: offering, ports: []}
    if (port) group.ports.push(port)
    groups.set(who, group)
  }
  return [...groups.values()].map(toSubset).toSorted((a, b) => (subsetKey(a) < subsetKey(b) ? -1 : 1))
}

/** A pod as a service sees it, by its address of the service's first family. `id` tells addresses apart, also of two pods that claim one IP; `place` is the address as a number. */
type Backend = {
  readonly pod: Pod
  readonly address: EndpointAddress
  readonly ready: boolean
  readonly id: string
  readonly place: number | bigint
}

type Offer = {readonly port?: EndpointPort; readonly backends: readonly Backend[]}

/** Endpoints are of one family only; EndpointSlices came for that, too. */
function firstFamily({ipFamilies: [family = 'IPv4'] = []}: Service['spec']) {
  return family
}

/** A pod counts from when it has an address until it begins to end. */
function belongs(pod: Pod, {spec}: Service): boolean {
  const leaving = isTerminating(pod) && !spec.publishNotReadyAddresses
  return !isFinished(pod) && podAddress(pod, firstFamily(spec)) !== undefined && !leaving
}

function backendOf(pod: Pod, service: Service): Backend {
  const {name, namespace = '', uid = ''} = pod.metadata
  const {nodeName, hostname, subdomain} = pod.spec
  const ip = podAddress(pod, firstFamily(service.spec)) ?? ''
  const address = {
    ...(hostname && subdomain === service.metadata.name && {hostname}),
    ip,
    ...(nodeName && {nodeName}),
    targetRef: {kind: 'Pod', namespace, name, uid},
  }
  return {
    pod,
    address,
    place: addressPlace(ip),
    ready: isReady(pod) || service.spec.publishNotReadyAddresses === true,
    id: `${ip}/${uid}`,
  }
}

/** Every port number that the service may lead to, with the pods that listen there. A headless service needs no ports. */
function offers(service: Service, backends: readonly Backend[]): readonly Offer[] {
  const sorted = backends.toSorted(byAddress)
  const {ports = [], clusterIP} = service.spec
  if (ports.length === 0) return clusterIP === 'None' && sorted.length > 0 ? [{backends: sorted}] : []
  return ports.flatMap(port => {
    const byNumber = Map.groupBy(sorted, ({pod}) => targetPort(pod, port))
    return [...byNumber].flatMap(([number, offering]) =>
      number === undefined ? [] : [{port: endpointPort(port, number), backends: offering}],
    )
  })
}

function endpointPort({name, protocol = 'TCP', appProtocol}: ServicePort, port: number): EndpointPort {
  return {...(name && {name}), port, protocol, ...(appProtocol && {appProtocol})}
}

function toSubset({backends, ports}: {backends: readonly Backend[]; ports: readonly EndpointPort[]}): EndpointSubset {
  const addresses = backends.filter(({ready}) => ready).map(({address}) => address)
  const notReadyAddresses = backends.filter(({ready}) => !ready).map(({address}) => address)
  return {
    ...(addresses.length > 0 && {addresses}),
    ...(notReadyAddresses.length > 0 && {notReadyAddresses}),
    ...(ports.length > 0 && {ports: ports.toSorted((a, b) => (portKey(a) < portKey(b) ? -1 : 1))}),
  }
}

function byAddress(a: Backend, b: Backend): number {
  return comparePlaces(a.place, b.place) || (a.id < b.id ? -1 : 1)
}

/** Kubernetes orders ports and subsets by a hash of their memory layout; any fixed order does, and by name reads best. */
function portKey({name = '', port, protocol}: EndpointPort): string {
  return `${name} ${`${port}`.padStart(5, '0')} ${protocol}`
}

function subsetKey({ports = [], addresses = [], notReadyAddresses = []}: EndpointSubset): string {
  return `${ports.map(portKey).join(',')} ${addresses[0]?.ip ?? notReadyAddresses[0]?.ip}`
}
