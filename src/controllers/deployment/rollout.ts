import type {Deployment} from '../../objects/deployment.ts'
import {equal} from '../../objects/equal.ts'
import {numberOf} from '../../objects/int-or-percent.ts'
import type {PodTemplate} from '../../objects/pod.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'

/** A deployment and its replica sets. `current` has the deployment's template; the others, oldest first, had it once. */
export type Rollout = {
  readonly deployment: Deployment
  readonly current: ReplicaSet | undefined
  readonly old: readonly ReplicaSet[]
}

/** A replica set that is to have another number of pods. */
export type Scaling = {readonly set: ReplicaSet; readonly replicas: number}

export const hashLabel = 'pod-template-hash'

export function rolloutOf(deployment: Deployment, sets: readonly ReplicaSet[]): Rollout {
  const byAge = sets.toSorted(olderFirst)
  const template = withoutHash(deployment.spec.template)
  const current = byAge.find(set => equal(withoutHash(set.spec.template), template))
  return {deployment, current, old: byAge.filter(set => set !== current)}
}

export function allOf({current, old}: Rollout): readonly ReplicaSet[] {
  return current ? [...old, current] : old
}

export function olderFirst({metadata: a}: ReplicaSet, {metadata: b}: ReplicaSet): number {
  const [left = '', right = ''] = [a.creationTimestamp, b.creationTimestamp]
  return left === right ? (a.name < b.name ? -1 : 1) : left < right ? -1 : 1
}

function withoutHash(template: PodTemplate): PodTemplate {
  const {[hashLabel]: _, ...labels} = template.metadata?.labels ?? {}
  return {...template, metadata: {...template.metadata, labels}}
}

/** How many pods a set is to have. */
export function sizeOf({spec}: ReplicaSet): number {
  return spec.replicas ?? 1
}

export function wantedBy({spec}: Deployment): number {
  return spec.replicas ?? 1
}

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0)
}

export function availableIn({status}: ReplicaSet): number {
  return status?.availableReplicas ?? 0
}

/** By how many pods a rolling update may go above what is wanted, and below. Shares above are rounded up, below down. */
export function fenceposts(deployment: Deployment): {readonly surge: number; readonly unavailable: number} {
  const {type, rollingUpdate: {maxSurge = 0, maxUnavailable = 0} = {}} = deployment.spec.strategy ?? {}
  const wanted = wantedBy(deployment)
  if (type === 'Recreate') return {surge: 0, unavailable: 0}
  const surge = numberOf(maxSurge, wanted, 'up')
  const unavailable = numberOf(maxUnavailable, wanted, 'down')
  // Shares that round to nothing on both sides would leave the update stuck.
  return {surge, unavailable: Math.min(wanted, surge === 0 && unavailable === 0 ? 1 : unavailable)}
}
