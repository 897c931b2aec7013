import type {Endpoints} from '../objects/endpoints.ts'
import {equal} from '../objects/equal.ts'
import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'
import type {Change} from '../store/store.ts'
import type {View} from '../store/view.ts'
import {triggerTime, triggerTimeAnnotation} from './change-trigger.ts'
import {type Controller, type Key, keyOf, sidesOf} from './controller.ts'
import {subsetsOf} from './endpoint-subsets.ts'
import {isTruncated, truncate} from './endpoints-capacity.ts'
import {podsOf, selectsPods, servicesOf} from './selecting-services.ts'

/**
 * Writes down, for each service with a selector, the addresses of the pods that it selects: the Endpoints object with the
 * service's name, which people and older programs read. A service without a selector has its Endpoints written by
 * somebody else, and this controller leaves them alone.
 */
export const endpointsController: Controller = {
  name: 'endpoints',
  gathers: true,
  watches: ['Service', 'Pod', 'Endpoints'],
  keysOf,
  reconcile: ({namespace, name}, view) => {
    const service = view.get('Service', {namespace, name})
    const present = view.get('Endpoints', {namespace, name})
    if (service === undefined) return present ? [{do: 'delete', object: present}] : []
    if (!selectsPods(service)) return []
    const object = wantedEndpoints(service, podsOf(service, view), present)
    if (present === undefined) return [{do: 'create', object}]
    return equal(object, present) ? [] : [{do: 'update', object}]
  },
}

/** Endpoints without a service are somebody's own, made before their service perhaps; only a service that goes takes them along. */
function keysOf(change: Change, view: View): readonly Key[] {
  const {object} = change
  if (object.kind === 'Service') return [keyOf(object)]
  if (object.kind === 'Endpoints')
    return view.get('Service', object.metadata) ? [{...keyOf(object), kind: 'Service'}] : []
  return sidesOf(change).flatMap(side => (side.kind === 'Pod' ? servicesOf(side, view).map(keyOf) : []))
}

const overCapacity = 'endpoints.kubernetes.io/over-capacity'
const headless = 'service.kubernetes.io/headless'

/** The Endpoints that a service should have, in the place of those that are there. */
export function wantedEndpoints(service: Service, pods: readonly Pod[], present?: Endpoints): Endpoints {
  const all = subsetsOf(service, pods)
  const {
    labels: _labels,
    annotations: before = {},
    ...metadata
  } = present?.metadata ?? {
    name: service.metadata.name,
    namespace: service.metadata.namespace ?? '',
  }
  const {[overCapacity]: _warning, [triggerTimeAnnotation]: timeBefore, ...others} = before
  const labels = {...service.metadata.labels, ...(service.spec.clusterIP === 'None' && {[headless]: ''})}
  const subsets = truncate(all)
  const time = present && equal(subsets, present.subsets ?? []) ? timeBefore : triggerTime(service, pods)
  const annotations = {
    ...others,
    ...(isTruncated(all) && {[overCapacity]: 'truncated'}),
    ...(time && {[triggerTimeAnnotation]: time}),
  }
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...metadata,
      ...(Object.keys(labels).length > 0 && {labels}),
      ...(Object.keys(annotations).length > 0 && {annotations}),
    },
    ...(subsets.length > 0 && {subsets}),
  }
}
