import {equal} from '../objects/equal.ts'
import {kinds} from '../objects/kinds.ts'
import type {OwnerReference} from '../objects/kube-object.ts'
import {generatedName} from '../objects/names.ts'
import type {Pod} from '../objects/pod.ts'
import {isFinished, isReady, isTerminating} from '../objects/pod-status.ts'
import type {ReplicaSet, ReplicaSetStatus} from '../objects/replica-set.ts'
import {matches, selectorOf, selectorOfLabels} from '../objects/selector.ts'
import {labelKey} from '../store/indexes.ts'
import {selectPods, type View} from '../store/view.ts'
import {type Context, type Controller, type Key, keyOf, sidesOf, type Write} from './controller.ts'
import {deletionOrder} from './deletion-order.ts'

/**
 * Keeps the wanted number of pods. It owns what it makes, takes over pods that match its selector and belong to nobody, and
 * lets go of those that match no longer: relabelling a pod takes it out of the set, alive, and a new one takes its place.
 */
export const replicaSetController: Controller = {
  name: 'replica-set',
  watches: ['ReplicaSet', 'Pod'],
  keysOf: (change, view) => sidesOf(change).flatMap(side => keysOf(side, view)),
  reconcile: (key, view, context) => {
    const replicaSet = view.get('ReplicaSet', key)
    if (replicaSet === undefined) return []
    const pods = podsOf(replicaSet, view)
    const transfers = [
      ...pods.orphans.map(pod => adopt(pod, replicaSet)),
      ...pods.strays.map(pod => release(pod, replicaSet)),
    ]
    if (transfers.length > 0) return transfers
    const wanted = replicaSet.spec.replicas ?? 1
    if (pods.active.length < wanted) return creations(replicaSet, wanted - pods.active.length, view, context)
    if (pods.active.length > wanted) return deletions(pods.active, pods.active.length - wanted, context)
    return report(replicaSet, pods.active)
  },
}

/** At most so many pods are made at a time; the changes that this makes bring the rest. */
const burst = 500

function keysOf(side: ReturnType<typeof sidesOf>[number], view: View): readonly Key[] {
  if (side.kind === 'ReplicaSet') return [keyOf(side)]
  if (side.kind !== 'Pod') return []
  const owner = controllerOf(side)
  if (owner) return owner.kind === 'ReplicaSet' ? [{...keyOf(side), kind: 'ReplicaSet', name: owner.name}] : []
  return candidates(side, view).map(keyOf)
}

/** The replica sets that could take over a pod that belongs to nobody. */
function candidates({metadata: {namespace = '', labels = {}}}: Pod, view: View): readonly ReplicaSet[] {
  const words = [namespace, ...Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value))]
  return words
    .flatMap(word => view.find('replicaSetsBySelector', word))
    .filter(({spec}) => matches(selectorOf(spec.selector), labels))
}

/** Those that count, those to take over, and those to let go. Pods that are on their way out are none of these. */
function podsOf(replicaSet: ReplicaSet, view: View) {
  const {uid = '', namespace = ''} = replicaSet.metadata
  const selector = selectorOf(replicaSet.spec.selector)
  const owned = view
    .find('dependents', uid)
    .filter(object => object.kind === 'Pod')
    .filter(pod => controllerOf(pod)?.uid === uid && !isTerminating(pod))
  const belongs = (pod: Pod) => matches(selector, pod.metadata.labels)
  return {
    active: owned.filter(pod => belongs(pod) && !isFinished(pod)),
    strays: owned.filter(pod => !belongs(pod)),
    orphans: selectPods(view, namespace, selector).filter(
      pod => !controllerOf(pod) && !isTerminating(pod) && !isFinished(pod),
    ),
  }
}

function controllerOf({metadata}: Pod): OwnerReference | undefined {
  return metadata.ownerReferences?.find(owner => owner.controller)
}

function adopt(pod: Pod, replicaSet: ReplicaSet): Write {
  const ownerReferences = [...(pod.metadata.ownerReferences ?? []), ownership(replicaSet)]
  return {do: 'update', object: {...pod, metadata: {...pod.metadata, ownerReferences}}}
}

function release(pod: Pod, {metadata: {uid}}: ReplicaSet): Write {
  const {ownerReferences = [], ...metadata} = pod.metadata
  const others = ownerReferences.filter(owner => owner.uid !== uid)
  return {do: 'update', object: {...pod, metadata: {...metadata, ...(others.length > 0 && {ownerReferences: others})}}}
}

function creations(replicaSet: ReplicaSet, count: number, view: View, {random}: Context): readonly Write[] {
  const {namespace = ''} = replicaSet.metadata
  const names = new Set<string>()
  while (names.size < Math.min(count, burst)) {
    const name = generatedName(`${replicaSet.metadata.name}-`, random)
    if (view.get('Pod', {namespace, name}) === undefined) names.add(name)
  }
  return [...names].map(name => ({do: 'create', object: podFrom(replicaSet, name)}))
}

function podFrom(replicaSet: ReplicaSet, name: string): Pod {
  const {metadata, spec} = replicaSet.spec.template
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${replicaSet.metadata.name}-`,
      name,
      namespace: replicaSet.metadata.namespace ?? '',
      ...(metadata?.labels && {labels: metadata.labels}),
      ...(metadata?.annotations && {annotations: metadata.annotations}),
      ownerReferences: [ownership(replicaSet)],
    },
    spec,
  }
  return kinds.Pod.initial(kinds.Pod.defaults(pod))
}

function ownership({apiVersion, kind, metadata: {name, uid = ''}}: ReplicaSet): OwnerReference {
  return {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}
}

function deletions(active: readonly Pod[], count: number, {now}: Context): readonly Write[] {
  return deletionOrder(active, now)
    .slice(0, count)
    .map(object => ({do: 'delete', object}))
}

function report(replicaSet: ReplicaSet, active: readonly Pod[]): readonly Write[] {
  const template = selectorOfLabels(replicaSet.spec.template.metadata?.labels ?? {})
  const ready = active.filter(isReady).length
  const status: ReplicaSetStatus = {
    replicas: active.length,
    ...positive('fullyLabeledReplicas', active.filter(pod => matches(template, pod.metadata.labels)).length),
    ...positive('readyReplicas', ready),
    ...positive('availableReplicas', ready),
    ...positive('observedGeneration', replicaSet.metadata.generation ?? 0),
  }
  return equal(status, replicaSet.status) ? [] : [{do: 'update', object: {...replicaSet, status}}]
}

/** Kubernetes leaves zeros out. */
function positive(field: string, count: number): Record<string, number> {
  return count > 0 ? {[field]: count} : {}
}
