import type {ControllerRevision} from '../../objects/controller-revision.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isTerminating} from '../../objects/pod-status.ts'
import type {StatefulSet} from '../../objects/stateful-set.ts'
import {isOf, isRunning, isSteady, ordinalOf, ordinalsOf, podOf} from './pods.ts'

/** A set, its pods, and the two revisions between which it may be. */
export type Ordered = {
  readonly set: StatefulSet
  readonly pods: readonly Pod[]
  readonly current: ControllerRevision
  readonly update: ControllerRevision
  readonly now: number
}

/** Pods to make and pods to delete. */
export type Steps = {readonly create: readonly Pod[]; readonly remove: readonly Pod[]}

const nothing: Steps = {create: [], remove: []}

/**
 * What is to be done now. One after the other, in order: a pod is made when all before it are steady, those too many go from the
 * last on, and only then is a pod of an old template replaced, from the last on too. With `Parallel`, making and deleting do not wait.
 */
export function stepsOf(ordered: Ordered): Steps {
  const {set} = ordered
  if (set.spec.podManagementPolicy === 'Parallel') {
    const {create, remove} = filling(ordered)
    const all = {create, remove: [...remove, ...excess(ordered).filter(pod => !isTerminating(pod))]}
    return isNothing(all) ? updating(ordered) : all
  }
  return fillingInOrder(ordered) ?? shrinkingInOrder(ordered) ?? updating(ordered)
}

function isNothing({create, remove}: Steps): boolean {
  return create.length + remove.length === 0
}

function filling(ordered: Ordered): Steps {
  const places = placesOf(ordered)
  const over = places.flatMap(({pod}) => (pod && isFinished(pod) && !isTerminating(pod) ? [pod] : []))
  return {create: places.flatMap(({pod, ordinal}) => (pod ? [] : [make(ordered, ordinal)])), remove: over}
}

/** The one step that is due; `nothing` while a pod is waited for; undefined when all are steady. */
function fillingInOrder(ordered: Ordered): Steps | undefined {
  for (const {ordinal, pod} of placesOf(ordered)) {
    if (pod === undefined) return {create: [make(ordered, ordinal)], remove: []}
    if (isFinished(pod) && !isTerminating(pod)) return {create: [], remove: [pod]}
    if (!isSteady(pod, ordered.set, ordered.now)) return nothing
  }
  return undefined
}

function shrinkingInOrder(ordered: Ordered): Steps | undefined {
  const [last] = excess(ordered)
  if (last === undefined) return undefined
  return isTerminating(last) ? nothing : {create: [], remove: [last]}
}

/** One pod of an old template at a time, from the last number down to the partition; each must be steady before the next goes. */
function updating(ordered: Ordered): Steps {
  const {set, update} = ordered
  const {type, rollingUpdate} = set.spec.updateStrategy ?? {}
  if (type === 'OnDelete') return nothing
  for (const {ordinal, pod} of placesOf(ordered).toReversed()) {
    if (ordinal < (rollingUpdate?.partition ?? 0)) return nothing
    if (pod === undefined || isTerminating(pod)) return nothing
    if (!isOf(pod, update.metadata.name)) return {create: [], remove: [pod]}
    if (!isSteady(pod, set, ordered.now)) return nothing
  }
  return nothing
}

function placesOf({set, pods}: Ordered) {
  const byOrdinal = new Map(pods.map(pod => [ordinalOf(set, pod), pod]))
  return ordinalsOf(set).map(ordinal => ({ordinal, pod: byOrdinal.get(ordinal)}))
}

/** The pods whose numbers are not wanted any more, the highest first. */
function excess({set, pods}: Ordered): readonly Pod[] {
  const wanted = new Set(ordinalsOf(set))
  const numbered = pods.map(pod => ({pod, ordinal: ordinalOf(set, pod) ?? -1}))
  return numbered
    .filter(({ordinal}) => !wanted.has(ordinal))
    .toSorted((a, b) => b.ordinal - a.ordinal)
    .map(({pod}) => pod)
}

/** Below the partition a pod comes back as it was. */
function make(ordered: Ordered, ordinal: number): Pod {
  const {set, current, update} = ordered
  const {type, rollingUpdate} = set.spec.updateStrategy ?? {}
  const kept = type !== 'OnDelete' && ordinal < (rollingUpdate?.partition ?? 0)
  return podOf(set, ordinal, kept ? current : update)
}

/** Whether every pod is there, of the update revision and ready: then that is the current one. */
export function isUpdated(ordered: Ordered): boolean {
  const {set, update} = ordered
  const isDone = (pod: Pod | undefined) =>
    pod !== undefined && isOf(pod, update.metadata.name) && !isTerminating(pod) && isRunning(pod)
  return set.spec.updateStrategy?.type !== 'OnDelete' && placesOf(ordered).every(({pod}) => isDone(pod))
}
