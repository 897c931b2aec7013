import type {IpFamily} from '../../net/ip.ts'
import type {SliceEndpoint, SlicePort} from '../../objects/endpoint-slice.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {addressPlace, comparePlaces, podAddress} from '../../objects/pod-address.ts'
import {isFinished, isReady, isTerminating} from '../../objects/pod-status.ts'
import type {Service, ServicePort} from '../../objects/service.ts'
import {targetPort} from '../target-port.ts'

/** Endpoints that offer the same ports, and so may share slices. */
export type PortGroup = {readonly ports: readonly SlicePort[]; readonly endpoints: readonly SliceEndpoint[]}

/**
 * A service's endpoints by the ports that they offer: a target port given by name is looked up in each pod, and pods may have placed
 * it differently. Unlike Endpoints, slices keep a pod that is going away until it is gone: a proxy may still fall back on it.
 */
export function portGroups(
  service: Service,
  pods: readonly Pod[],
  {nodeOf, family}: {readonly nodeOf: NodeOf; readonly family: IpFamily},
): readonly PortGroup[] {
  const counted = pods.filter(pod => !isFinished(pod) && (nodeOf(pod) || service.spec.publishNotReadyAddresses))
  const placed = counted
    .flatMap((pod): readonly Placed[] => {
      const address = podAddress(pod, family)
      return address === undefined ? [] : [{pod, address, place: addressPlace(address)}]
    })
    .toSorted(byAddress)
  const groups = Map.groupBy(placed, ({pod}) => JSON.stringify(portsIn(pod, service)))
  return [...groups].toSorted(byKey).map(([key, members]) => ({
    ports: JSON.parse(key) as readonly SlicePort[],
    endpoints: members.map(placed => endpointOf(placed, service, nodeOf)),
  }))
}

/** A pod whose node is not there, in no zone therefore, counts only where unready pods do. */
export type NodeOf = (pod: Pod) => Node | undefined

function portsIn(pod: Pod, {spec: {ports = []}}: Service): readonly SlicePort[] {
  return ports.flatMap(port => {
    const number = targetPort(pod, port)
    return number === undefined ? [] : [slicePort(port, number)]
  })
}

function slicePort({name = '', protocol = 'TCP', appProtocol}: ServicePort, port: number): SlicePort {
  return {name, port, protocol, ...(appProtocol && {appProtocol})}
}

const zoneLabel = 'topology.kubernetes.io/zone'

function endpointOf({pod, address}: Placed, service: Service, nodeOf: NodeOf): SliceEndpoint {
  const {name, namespace = '', uid = ''} = pod.metadata
  const {nodeName, hostname, subdomain} = pod.spec
  const zone = nodeOf(pod)?.metadata.labels?.[zoneLabel]
  const serving = isReady(pod)
  const terminating = isTerminating(pod)
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating)
  return {
    addresses: [address],
    conditions: {ready, serving, terminating},
    ...(hostname && subdomain === service.metadata.name && {hostname}),
    ...(nodeName && {nodeName}),
    ...(zone && {zone}),
    ...(zone && ready && prefersZone(service) && {hints: {forZones: [{name: zone}]}}),
    targetRef: {kind: 'Pod', namespace, name, uid},
  }
}

/* What kube-proxy goes by. The older annotation comes before the field, also where nobody acts on it. */
function prefersZone({metadata, spec}: Service): boolean {
  const modes = topologyAnnotations.map(name => metadata.annotations?.[name]?.toLowerCase())
  return spec.trafficDistribution === 'PreferClose' && !modes.includes('auto')
}

const topologyAnnotations = ['service.kubernetes.io/topology-mode', 'service.kubernetes.io/topology-aware-hints']

type Placed = {readonly pod: Pod; readonly address: string; readonly place: number | bigint}

function byAddress(a: Placed, b: Placed): number {
  return comparePlaces(a.place, b.place) || ((a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1)
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}
