import type {Condition} from '../../objects/condition.ts'
import type {Deployment, DeploymentStatus} from '../../objects/deployment.ts'
import {timestamp} from '../../objects/timestamp.ts'
import {counts} from '../replicas.ts'
import {allOf, availableIn, fenceposts, type Rollout, sizeOf, sum, wantedBy} from './rollout.ts'

/** What the deployment has, and whether enough of it is available; of its progress it says what it said before. */
export function statusOf(rollout: Rollout, now: number): DeploymentStatus {
  const {deployment, current} = rollout
  const {collisionCount, conditions} = deployment.status ?? {}
  const sets = allOf(rollout)
  const available = sum(sets, availableIn)
  const enough = available >= wantedBy(deployment) - fenceposts(deployment).unavailable
  return {
    ...counts({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: sum(sets, ({status}) => status?.replicas ?? 0),
      updatedReplicas: current?.status?.replicas ?? 0,
      readyReplicas: sum(sets, ({status}) => status?.readyReplicas ?? 0),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, sum(sets, sizeOf) - available),
    }),
    ...(collisionCount !== undefined && {collisionCount}),
    conditions: saying(conditions, enough ? minimum : belowMinimum, now),
  }
}

const minimum = {
  type: 'Available',
  status: 'True',
  reason: 'MinimumReplicasAvailable',
  message: 'Deployment has minimum availability.',
} as const

const belowMinimum = {
  type: 'Available',
  status: 'False',
  reason: 'MinimumReplicasUnavailable',
  message: 'Deployment does not have minimum availability.',
} as const

/** The conditions with one said anew, last; one that holds already for the same reason stays as it was said. */
export function saying(conditions: readonly Condition[] = [], said: Condition, now: number): readonly Condition[] {
  const before = conditions.find(({type}) => type === said.type)
  if (before?.status === said.status && before.reason === said.reason) return conditions
  return sayingAgain(conditions, said, now)
}

/** As `saying`, with the time of the update moved on in any case. */
export function sayingAgain(conditions: readonly Condition[] = [], said: Condition, now: number): readonly Condition[] {
  const before = conditions.find(({type}) => type === said.type)
  const time = timestamp(now)
  const since = before?.status === said.status ? (before.lastTransitionTime ?? time) : time
  return [
    ...conditions.filter(condition => condition !== before),
    {...said, lastUpdateTime: time, lastTransitionTime: since},
  ]
}

/** Whether all pods are there, of the present template and available. */
export function isComplete({spec, metadata}: Deployment, status: DeploymentStatus): boolean {
  const wanted = spec.replicas ?? 1
  const {updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0} = status
  return (
    [updatedReplicas, replicas, availableReplicas].every(number => number === wanted) &&
    observedGeneration >= (metadata.generation ?? 0)
  )
}
