import type {EndpointSlice} from '../../objects/endpoint-slice.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'

/** Where a Kubernetes before 1.21 has its EndpointSlices. */
export const olderSlices = '/apis/discovery.k8s.io/v1beta1/endpointslices'

type OlderEndpoint = EndpointSlice['endpoints'][number] & {readonly topology?: Readonly<Record<string, string>>}

/** An EndpointSlice as it is written today: of an older one, the endpoints' labels tell where they are. Any other object as it is. */
export function presentSlice(object: KubeObjectAny): KubeObjectAny {
  if (object.kind !== 'EndpointSlice') return object
  return {...object, apiVersion: 'discovery.k8s.io/v1', endpoints: (object.endpoints ?? []).map(presentEndpoint)}
}

function presentEndpoint(endpoint: OlderEndpoint): OlderEndpoint {
  const {topology, ...rest} = endpoint
  const {'kubernetes.io/hostname': nodeName, 'topology.kubernetes.io/zone': zone} = topology ?? {}
  return {...(nodeName && {nodeName}), ...(zone && {zone}), ...rest}
}
