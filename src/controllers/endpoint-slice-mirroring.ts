import {familyOf, type IpFamily} from '../net/ip.ts'
import {type EndpointSlice, type SliceEndpoint, serviceNameLabel} from '../objects/endpoint-slice.ts'
import type {EndpointAddress, EndpointSubset, Endpoints} from '../objects/endpoints.ts'
import type {Service} from '../objects/service.ts'
import type {Change} from '../store/store.ts'
import {triggerTimeAnnotation} from './change-trigger.ts'
import {type Controller, type Key, keyOf, sidesOf} from './controller.ts'
import {ownership} from './ownership.ts'
import {pack} from './slices/pack.ts'
import type {PortGroup} from './slices/port-groups.ts'
import {managedByLabel, type SliceFrame, sliceWrites} from './slices/write.ts'

/**
 * Copies Endpoints that somebody has written by hand, for a service without a selector, into slices: kube-proxy reads nothing
 * else. The label `endpointslice.kubernetes.io/skip-mirror: "true"` says that their author writes the slices, too.
 */
export const endpointSliceMirroring: Controller = {
  name: 'endpoint-slice-mirroring',
  watches: ['Endpoints', 'Service', 'EndpointSlice'],
  keysOf,
  reconcile: ({namespace = '', name}, view, {random}) => {
    const endpoints = view.get('Endpoints', {namespace, name})
    const present = view.find('endpointSlicesByService', `${namespace}/${name}`).filter(isOurs)
    if (endpoints === undefined || !isMirrored(endpoints, view.get('Service', {namespace, name})))
      return present.map(object => ({do: 'delete', object}))
    const types = (['IPv4', 'IPv6'] as const).filter(
      type => type === 'IPv4' || present.some(slice => slice.addressType === type) || hasFamily(endpoints, type),
    )
    return types.flatMap(type => {
      const groups = groupsOf(endpoints).flatMap(group => ofFamily(group, type))
      const own = present.filter(({addressType}) => addressType === type)
      const packing = pack(groups, own, mostEndpoints)
      return sliceWrites(packing, {...frameOf(endpoints), addressType: type}, {view, random})
    })
  },
}

function hasFamily({subsets = []}: Endpoints, family: IpFamily): boolean {
  return subsets.some(({addresses = [], notReadyAddresses = []}) =>
    [...addresses, ...notReadyAddresses].some(({ip}) => familyOf(ip) === family),
  )
}

/* Endpoints may name addresses of both families, a slice only those of one. */
function ofFamily({ports, endpoints}: PortGroup, family: IpFamily): readonly PortGroup[] {
  const own = endpoints.filter(({addresses: [ip = '']}) => familyOf(ip) === family)
  return own.length > 0 || endpoints.length === 0 ? [{ports, endpoints: own}] : []
}

const manager = 'endpointslicemirroring-controller.k8s.io'
const mostEndpoints = 1000

const skipLabel = 'endpointslice.kubernetes.io/skip-mirror'
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'
const appliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

function isOurs({metadata}: EndpointSlice): boolean {
  return metadata.labels?.[managedByLabel] === manager
}

/** Endpoints that programs once used to agree on a leader lead nowhere. */
function isMirrored({metadata: {labels, annotations}}: Endpoints, service: Service | undefined): boolean {
  const own = service !== undefined && service.spec.selector === undefined
  return own && labels?.[skipLabel] !== 'true' && annotations?.[leaderAnnotation] === undefined
}

function keysOf(change: Change): readonly Key[] {
  return sidesOf({...change, type: 'MODIFIED'}).flatMap(object => {
    if (object.kind !== 'EndpointSlice') return [{...keyOf(object), kind: 'Endpoints' as const}]
    const {namespace, labels} = object.metadata
    return isOurs(object) ? [{kind: 'Endpoints' as const, namespace, name: labels?.[serviceNameLabel] ?? ''}] : []
  })
}

/** Subsets that say the same of their ports are one. */
function groupsOf({subsets = []}: Endpoints): readonly PortGroup[] {
  const groups = Map.groupBy(subsets, ({ports = []}) => JSON.stringify(ports))
  return [...groups.values()].map(members => ({
    ports: (members[0]?.ports ?? []).map(({name = '', protocol = 'TCP', ...port}) => ({...port, name, protocol})),
    endpoints: members.flatMap(endpointsOf),
  }))
}

function endpointsOf({addresses = [], notReadyAddresses = []}: EndpointSubset): readonly SliceEndpoint[] {
  return [
    ...addresses.map(address => endpointOf(address, true)),
    ...notReadyAddresses.map(address => endpointOf(address, false)),
  ]
}

function endpointOf({ip, hostname, nodeName, targetRef}: EndpointAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [ip],
    conditions: {ready},
    ...(hostname && {hostname}),
    ...(nodeName && {nodeName}),
    ...(targetRef && {targetRef}),
  }
}

function frameOf(endpoints: Endpoints): SliceFrame {
  const {name, namespace = '', labels = {}, annotations = {}} = endpoints.metadata
  const {[appliedAnnotation]: _applied, [triggerTimeAnnotation]: _time, ...copied} = annotations
  return {
    namespace,
    prefix: `${name}-`,
    owner: ownership(endpoints),
    labels: {...labels, [serviceNameLabel]: name, [managedByLabel]: manager},
    annotations: () => copied,
  }
}
