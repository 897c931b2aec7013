import type {Deployment} from '../../objects/deployment.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'
import {desiredAnnotation, maxAnnotation} from './annotations.ts'
import {
  allOf,
  availableIn,
  fenceposts,
  olderFirst,
  type Rollout,
  type Scaling,
  sizeOf,
  sum,
  wantedBy,
} from './rollout.ts'

/** Whether the number of pods that the deployment wants is another than when its sets were sized last. */
export function isScaled(rollout: Rollout): boolean {
  const active = allOf(rollout).filter(set => sizeOf(set) > 0)
  return active.some(({metadata}) => {
    const desired = metadata.annotations?.[desiredAnnotation]
    return desired !== undefined && Number(desired) !== wantedBy(rollout.deployment)
  })
}

/**
 * The sets' sizes for another number of pods, without moving the rollout on: in the middle of one, the sets grow or shrink in
 * proportion to their sizes, so that a bad new template does not get more than its share.
 */
export function scalingSteps(rollout: Rollout): readonly Scaling[] {
  const {deployment, current, old} = rollout
  const wanted = wantedBy(deployment)
  const active = allOf(rollout).filter(set => sizeOf(set) > 0)
  const only = active.length > 1 ? undefined : (active[0] ?? current ?? old.at(-1))
  if (only) return [{set: only, replicas: wanted}]
  if (current && isSaturated(current, deployment))
    return old.filter(set => sizeOf(set) > 0).map(set => ({set, replicas: 0}))
  return deployment.spec.strategy?.type === 'Recreate' ? [] : proportional(deployment, active)
}

function isSaturated(set: ReplicaSet, deployment: Deployment): boolean {
  const desired = Number(set.metadata.annotations?.[desiredAnnotation])
  return [sizeOf(set), desired, availableIn(set)].every(number => number === wantedBy(deployment))
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): readonly Scaling[] {
  const wanted = wantedBy(deployment)
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).surge : 0
  const toAdd = allowed - sum(active, sizeOf)
  // The larger first; of those alike, the newest grow and the oldest shrink.
  const inTurn = active.toSorted((a, b) => sizeOf(b) - sizeOf(a) || (toAdd > 0 ? olderFirst(b, a) : olderFirst(a, b)))
  let added = 0
  const scalings = inTurn.map(set => {
    const share = shareOf(set, deployment, toAdd, added)
    added += share
    return {set, replicas: sizeOf(set) + share}
  })
  return scalings.map((scaling, place) =>
    place === 0 ? {...scaling, replicas: Math.max(0, scaling.replicas + toAdd - added)} : scaling,
  )
}

function shareOf(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  const left = toAdd - added
  if (left === 0) return 0
  const share = fractionOf(set, deployment)
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left)
}

/** What a set would gain if all of the deployment's pods were its own, in proportion to what it has of them. */
function fractionOf(set: ReplicaSet, deployment: Deployment): number {
  const wanted = wantedBy(deployment)
  if (wanted === 0) return -sizeOf(set)
  const before = Number(set.metadata.annotations?.[maxAnnotation]) || (deployment.status?.replicas ?? 0)
  if (before === 0) return 0
  return Math.round((sizeOf(set) * (wanted + fenceposts(deployment).surge)) / before) - sizeOf(set)
}
