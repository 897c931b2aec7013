import type {KubeObjectAny} from '../objects/kinds.ts'
import type {Pod} from '../objects/pod.ts'
import {matches, selectorOfLabels} from '../objects/selector.ts'
import type {Service} from '../objects/service.ts'
import {labelKey} from '../store/indexes.ts'
import {selectPods, type View} from '../store/view.ts'

/** The services that select a pod. */
export function servicesOf({metadata: {namespace = '', labels = {}}}: KubeObjectAny, view: View): readonly Service[] {
  const words = [namespace, ...Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value))]
  return words
    .flatMap(word => view.find('servicesBySelector', word))
    .filter(({spec}) => matches(selectorOfLabels(spec.selector ?? {}), labels))
}

/** The pods that a service selects. */
export function podsOf({metadata: {namespace = ''}, spec: {selector = {}}}: Service, view: View): readonly Pod[] {
  return selectPods(view, namespace, selectorOfLabels(selector))
}

/** Whether the cluster looks for a service's pods: without a selector somebody else says where it leads, or a name does. */
export function selectsPods({spec: {selector, type}}: Service): boolean {
  return selector !== undefined && type !== 'ExternalName'
}
