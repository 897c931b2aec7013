import {type EndpointSlice, serviceNameLabel} from '../objects/endpoint-slice.ts'
import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'
import type {Change} from '../store/store.ts'
import type {View} from '../store/view.ts'
import {triggerTime, triggerTimeAnnotation} from './change-trigger.ts'
import {type Controller, type Key, keyOf, sidesOf, type Write} from './controller.ts'
import {ownership} from './ownership.ts'
import {podsOf, selectsPods, servicesOf} from './selecting-services.ts'
import {type Packing, pack} from './slices/pack.ts'
import {portGroups} from './slices/port-groups.ts'
import {managedByLabel, type SliceFrame, sliceWrites} from './slices/write.ts'

/**
 * Writes down the pods behind each service in EndpointSlices, which kube-proxy reads: parts of at most a hundred, so that the change of one
 * pod does not send thousands of others to every node again, as Endpoints do. A service that no pod answers for has one
 * slice without endpoints, from which everybody can tell that somebody has looked. A service of both families has slices of each.
 */
export const endpointSliceController: Controller = {
  name: 'endpoint-slices',
  gathers: true,
  watches: ['Service', 'Pod', 'EndpointSlice', 'Node'],
  keysOf,
  reconcile: ({namespace = '', name}, view, {random}) => {
    const service = view.get('Service', {namespace, name})
    if (service === undefined || !selectsPods(service)) return []
    const present = view.find('endpointSlicesByService', `${namespace}/${name}`).filter(isOurs)
    const pods = podsOf(service, view)
    const nodeOf = ({spec}: Pod) => view.get('Node', {name: spec.nodeName ?? ''})
    const {ipFamilies = ['IPv4']} = service.spec
    const strangers = present.filter(({addressType}) => !ipFamilies.some(family => family === addressType))
    const writes = ipFamilies.flatMap(family => {
      const groups = portGroups(service, pods, {nodeOf, family})
      const own = present.filter(({addressType}) => addressType === family)
      const frame = {...frameOf(service, pods), addressType: family}
      return sliceWrites(withPlaceholder(pack(groups, own.toSorted(byName), mostEndpoints)), frame, {view, random})
    })
    return [...writes, ...strangers.map((object): Write => ({do: 'delete', object}))]
  },
}

function withPlaceholder({parts, unused}: Packing): Packing {
  const placeholder = {...(unused[0] && {slice: unused[0]}), ports: [], endpoints: []}
  return parts.length > 0 ? {parts, unused} : {parts: [placeholder], unused: unused.slice(1)}
}

export const endpointSliceManager = 'endpointslice-controller.k8s.io'

/** Kubernetes' default; a slice could hold a thousand. */
const mostEndpoints = 100

const headlessLabel = 'service.kubernetes.io/headless'

function isOurs({metadata}: EndpointSlice): boolean {
  return metadata.labels?.[managedByLabel] === endpointSliceManager
}

function keysOf(change: Change, view: View): readonly Key[] {
  const {object, before} = change
  switch (object.kind) {
    case 'Service':
      return change.type === 'DELETED' ? [] : [keyOf(object)]
    case 'Pod':
      return sidesOf(change).flatMap(side => servicesOf(side, view).map(keyOf))
    case 'EndpointSlice':
      return sidesOf(change).flatMap(side => (side.kind === 'EndpointSlice' && isOurs(side) ? [serviceOf(side)] : []))
    case 'Node': {
      const stays = change.type === 'MODIFIED' && zoneOf(object) === zoneOf(before)
      const pods = stays ? [] : view.find('podsByNode', object.metadata.name)
      return pods.flatMap(pod => servicesOf(pod, view).map(keyOf))
    }
    default:
      return []
  }
}

function serviceOf({metadata: {namespace, labels}}: EndpointSlice): Key {
  return {kind: 'Service', namespace, name: labels?.[serviceNameLabel] ?? ''}
}

function zoneOf(node: Change['before']): string | undefined {
  return node?.metadata.labels?.['topology.kubernetes.io/zone']
}

function frameOf(service: Service, pods: readonly Pod[]): SliceFrame {
  const {name, namespace = '', labels = {}} = service.metadata
  return {
    namespace,
    prefix: `${name}-`,
    owner: ownership(service),
    labels: {
      ...labels,
      [serviceNameLabel]: name,
      [managedByLabel]: endpointSliceManager,
      ...(service.spec.clusterIP === 'None' && {[headlessLabel]: ''}),
    },
    annotations: ({[triggerTimeAnnotation]: before, ...others} = {}, changed) => {
      const time = changed ? triggerTime(service, pods) : before
      return {...others, ...(time && {[triggerTimeAnnotation]: time})}
    },
  }
}

function byName(a: EndpointSlice, b: EndpointSlice): number {
  return a.metadata.name < b.metadata.name ? -1 : 1
}
