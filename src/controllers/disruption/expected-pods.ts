import {numberOf} from '../../objects/int-or-percent.ts'
import type {Kind} from '../../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds, resourceName} from '../../objects/kinds.ts'
import type {Pod} from '../../objects/pod.ts'
import type {PodDisruptionBudget} from '../../objects/pod-disruption-budget.ts'
import type {View} from '../../store/view.ts'
import {controllerOf} from '../ownership.ts'

/** How many pods there ought to be, and how many of them have to be healthy; or why that cannot be known. */
export type Expected = {readonly pods: number; readonly healthy: number} | {readonly unknown: string}

/**
 * A plain number of pods that must be available is just that. A share of them, or a number that may be missing, is meant of all that
 * their controllers want to have.
 */
export function expectedOf({spec}: PodDisruptionBudget, pods: readonly Pod[], view: View): Expected {
  const {minAvailable, maxUnavailable} = spec
  if (maxUnavailable === undefined && typeof minAvailable === 'number')
    return {pods: pods.length, healthy: minAvailable}
  const wanted = wantedBy(pods, view)
  if (typeof wanted === 'string') return {unknown: wanted}
  const healthy =
    maxUnavailable === undefined
      ? numberOf(minAvailable ?? 0, wanted, 'up')
      : Math.max(0, wanted - numberOf(maxUnavailable, wanted, 'up'))
  return {pods: wanted, healthy}
}

/* The replicas that the controllers of some pods want, each of them counted once; a text tells which has none. */
function wantedBy(pods: readonly Pod[], view: View): number | string {
  const scales = new Map<string, number>()
  for (const pod of pods) {
    const owner = ownerOf(pod, view)
    if (owner === undefined) continue
    const {scaleOf}: Kind = kinds[owner.kind]
    if (scaleOf === undefined) return `${resourceName(owner.kind)} does not implement the scale subresource`
    scales.set(owner.metadata.uid ?? '', scaleOf(owner).replicas)
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0)
}

/* Whoever controls it, or controls that: a Deployment rather than its ReplicaSet. */
function ownerOf(object: KubeObjectAny, view: View): KubeObjectAny | undefined {
  const reference = controllerOf(object)
  if (reference === undefined || !Object.hasOwn(kinds, reference.kind)) return undefined
  const {namespace} = object.metadata
  const owner: KubeObjectAny | undefined = view.get(reference.kind as KindName, {
    name: reference.name,
    ...(namespace !== undefined && {namespace}),
  })
  if (owner === undefined || owner.metadata.uid !== reference.uid) return undefined
  return ownerOf(owner, view) ?? owner
}
