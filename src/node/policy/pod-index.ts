import type {LabelSelector} from '../../objects/label-selector.ts'
import type {Namespace} from '../../objects/namespace.ts'
import type {PolicyPeer} from '../../objects/network-policy.ts'
import {matches, type Selector, selectorOf} from '../../objects/selector.ts'
import type {PolicyPod} from './policy-pod.ts'

/** Finds the pods that selectors choose, without a look at all the others. */
export type PodIndex = {
  /** The pods of one namespace. */
  inNamespace(namespace: string, selector: LabelSelector): readonly PolicyPod[]
  /** The pods that a peer of a policy of that namespace means: those of chosen namespaces, or of the policy's own. */
  ofPeer(peer: PolicyPeer, namespace: string): readonly PolicyPod[]
}

export function podIndex(pods: readonly PolicyPod[], namespaces: readonly Namespace[]): PodIndex {
  const byNamespace = Map.groupBy(pods, ({namespace}) => namespace)
  const byLabel = new Map<string, PolicyPod[]>()
  for (const pod of pods)
    for (const [key, value] of Object.entries(pod.labels)) {
      const place = labelKey(pod.namespace, key, value)
      const there = byLabel.get(place)
      if (there) there.push(pod)
      else byLabel.set(place, [pod])
    }

  const candidates = (namespace: string, selector: Selector): readonly PolicyPod[] => {
    const one = selector.find(({operator, values = []}) => operator === 'In' && values.length === 1)
    if (one === undefined) return byNamespace.get(namespace) ?? []
    return byLabel.get(labelKey(namespace, one.key, one.values?.[0] ?? '')) ?? []
  }
  const find = (names: readonly string[], selector: Selector) =>
    names.flatMap(namespace => candidates(namespace, selector).filter(({labels}) => matches(selector, labels)))

  return {
    inNamespace: (namespace, selector) => find([namespace], selectorOf(selector)),
    ofPeer: ({namespaceSelector, podSelector = {}}, namespace) =>
      find(namespaceSelector ? chosen(namespaces, namespaceSelector) : [namespace], selectorOf(podSelector)),
  }
}

function chosen(namespaces: readonly Namespace[], by: LabelSelector): readonly string[] {
  const selector = selectorOf(by)
  return namespaces.filter(({metadata}) => matches(selector, metadata.labels)).map(({metadata}) => metadata.name)
}

function labelKey(namespace: string, key: string, value: string): string {
  return `${namespace} ${key}=${value}`
}
