import type {PodAffinityTerm} from '../../objects/affinity.ts'
import type {LabelSelector} from '../../objects/label-selector.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished} from '../../objects/pod-status.ts'
import {matches, type Selector, selectorOf} from '../../objects/selector.ts'
import {selectPods, type View} from '../../store/view.ts'

/** Which pods a term of a pod's affinity means. */
export type Company = {
  readonly namespaces: readonly string[]
  readonly selector: Selector
  readonly topologyKey: string
}

/** What a term means when `pod` says it; `view` knows the namespaces' labels. Without a selector it means nobody. */
export function companyOf(term: PodAffinityTerm, pod: Pod, view: View): Company {
  const {namespaces = [], namespaceSelector, labelSelector, matchLabelKeys, mismatchLabelKeys, topologyKey} = term
  const own = namespaces.length === 0 && namespaceSelector === undefined
  return {
    namespaces: own
      ? [pod.metadata.namespace ?? '']
      : [...new Set([...namespaces, ...selectedNamespaces(namespaceSelector, view)])],
    selector: [
      ...selectorOrNobody(labelSelector),
      ...sharedLabels(matchLabelKeys, pod, 'In'),
      ...sharedLabels(mismatchLabelKeys, pod, 'NotIn'),
    ],
    topologyKey,
  }
}

export function isMeant({namespaces, selector}: Company, {metadata}: Pod): boolean {
  return namespaces.includes(metadata.namespace ?? '') && matches(selector, metadata.labels)
}

/** The pods on nodes that are meant; those that have run to their end are company no more. */
export function podsMeant({namespaces, selector}: Company, view: View): readonly Pod[] {
  return namespaces
    .flatMap(namespace => selectPods(view, namespace, selector))
    .filter(pod => pod.spec.nodeName !== undefined && !isFinished(pod))
}

export function selectorOrNobody(selector: LabelSelector | undefined): Selector {
  return selector ? selectorOf(selector) : nobody
}

/* A label that must be there and must not. */
const nobody: Selector = [
  {key: 'nobody', operator: 'Exists'},
  {key: 'nobody', operator: 'DoesNotExist'},
]

/** Labels whose value must be the pod's own, or another; keys that it does not have are passed over. */
export function sharedLabels(keys: readonly string[] = [], {metadata}: Pod, operator: 'In' | 'NotIn'): Selector {
  return keys.flatMap(key => {
    const value = metadata.labels?.[key]
    return value === undefined ? [] : [{key, operator, values: [value]}]
  })
}

/** The place of a node under a key: the value of its label, if it has that. */
export function placeOf({metadata}: Node, key: string): string | undefined {
  return metadata.labels?.[key]
}

function selectedNamespaces(selector: LabelSelector | undefined, view: View): readonly string[] {
  if (selector === undefined) return []
  const wanted = selectorOf(selector)
  return view.all('Namespace').flatMap(({metadata}) => (matches(wanted, metadata.labels) ? [metadata.name] : []))
}
