import type {KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import type {OwnerReference} from '../objects/kube-object.ts'
import type {Pod} from '../objects/pod.ts'
import {isFinished, isTerminating} from '../objects/pod-status.ts'
import {matches} from '../objects/selector.ts'
import {podSelectorOf, type Workload} from '../objects/workload.ts'
import {labelKey} from '../store/indexes.ts'
import {selectPods, selectUnder, type View} from '../store/view.ts'
import {type Key, keyOf, type Write} from './controller.ts'

/**
 * Who looks after whom. A workload controls what it has made, which says so in its owner references. It takes over what
 * matches its selector and belongs to nobody, and lets go of what matches no longer.
 */
export type Claimed<K extends ClaimableKind> = {
  /** What it controls and selects, whatever has become of it. */
  readonly owned: readonly ObjectOf<K>[]
  /** What is to be written first. */
  readonly transfers: readonly Write[]
}

type ClaimableKind = 'Pod' | 'ReplicaSet' | 'ControllerRevision'

export function claimPods(
  workload: Workload,
  view: View,
  fits: (pod: Pod) => boolean = pod => !isFinished(pod),
): Claimed<'Pod'> {
  const unowned = selectPods(view, workload.metadata.namespace ?? '', podSelectorOf(workload)).filter(
    pod => !controllerOf(pod) && fits(pod),
  )
  return claim(workload, 'Pod', unowned, view)
}

export function claimOthers<K extends 'ReplicaSet' | 'ControllerRevision'>(
  workload: Workload,
  kind: K,
  view: View,
): Claimed<K> {
  const selector = podSelectorOf(workload)
  const unowned = selectUnder('orphans', view, workload.metadata.namespace ?? '', selector)
  return claim(
    workload,
    kind,
    unowned.filter(object => object.kind === kind),
    view,
  )
}

function claim<K extends ClaimableKind>(
  workload: Workload,
  kind: K,
  unowned: readonly KubeObjectAny[],
  view: View,
): Claimed<K> {
  const {uid = ''} = workload.metadata
  const selector = podSelectorOf(workload)
  const dependents: readonly KubeObjectAny[] = view.find('dependents', uid)
  const controlled = dependents.filter(object => object.kind === kind && controllerOf(object)?.uid === uid)
  const belongs = ({metadata}: KubeObjectAny) => matches(selector, metadata.labels)
  const owned = controlled.filter(belongs) as unknown as readonly ObjectOf<K>[]
  if (isGoing(workload)) return {owned, transfers: []}
  const strays = controlled.filter(object => !belongs(object) && !isGoing(object))
  const orphans = unowned.filter(object => !isGoing(object))
  return {
    owned,
    transfers: [...orphans.map(object => adopt(object, workload)), ...strays.map(object => release(object, uid))],
  }
}

/** The workloads of a kind that a changed object concerns: the one that controls it, or those that could take it over. */
export function workloadsOf(object: KubeObjectAny, kind: Workload['kind'], view: View): readonly Key[] {
  const {namespace = '', labels = {}} = object.metadata
  const owner = controllerOf(object)
  if (owner) return owner.kind === kind ? [{kind, namespace, name: owner.name}] : []
  const words = [namespace, ...Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value))]
  return words
    .flatMap(word => view.find('workloadsBySelector', word))
    .filter(workload => workload.kind === kind && matches(podSelectorOf(workload), labels))
    .map(keyOf)
}

export function controllerOf({metadata}: KubeObjectAny): OwnerReference | undefined {
  return metadata.ownerReferences?.find(owner => owner.controller)
}

/** What an object that `owner` controls says of it. */
export function ownership({apiVersion, kind, metadata: {name, uid = ''}}: KubeObjectAny): OwnerReference {
  return {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}
}

export function isGoing({metadata}: KubeObjectAny): boolean {
  return metadata.deletionTimestamp !== undefined
}

/** Pods that count: not at their end, and not asked to end. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isTerminating(pod)
}

function adopt(object: KubeObjectAny, owner: KubeObjectAny): Write {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownership(owner)]
  return {do: 'update', object: withOwners(object, ownerReferences)}
}

function release(object: KubeObjectAny, uid: string): Write {
  const others = (object.metadata.ownerReferences ?? []).filter(owner => owner.uid !== uid)
  return {do: 'update', object: withOwners(object, others)}
}

function withOwners(object: KubeObjectAny, owners: readonly OwnerReference[]): KubeObjectAny {
  const {ownerReferences: _, ...metadata} = object.metadata
  return {...object, metadata: {...metadata, ...(owners.length > 0 && {ownerReferences: owners})}} as KubeObjectAny
}
