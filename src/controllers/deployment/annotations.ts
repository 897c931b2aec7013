import type {Deployment} from '../../objects/deployment.ts'
import type {ReplicaSet} from '../../objects/replica-set.ts'
import {fenceposts, type Rollout, wantedBy} from './rollout.ts'

/** The number of the template, counted from 1: what `kubectl rollout history` lists. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision'
/** The numbers that the template had before, when it came back. */
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
/** How many pods were wanted, and allowed, when the set was sized last. */
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas'

const ownAnnotations: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
]

type Annotations = Readonly<Record<string, string>>

export function revisionOf({metadata}: ReplicaSet | Deployment): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0) || 0
}

/** The number for the present template: above all others, so that a template that comes back is the newest again. */
export function nextRevision({old}: Rollout): number {
  return old.reduce((most, set) => Math.max(most, revisionOf(set)), 0) + 1
}

/** The annotations that the set of the present template should have. */
export function currentAnnotations(rollout: Rollout): Annotations {
  const {deployment, current} = rollout
  const before = current?.metadata.annotations ?? {}
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !ownAnnotations.includes(key))
  const revision = nextRevision(rollout)
  const [had, history] = [before[revisionAnnotation], before[historyAnnotation]]
  const renumbered = current === undefined || revisionOf(current) < revision
  return {
    ...before,
    ...Object.fromEntries(copied),
    ...(renumbered && {[revisionAnnotation]: `${revision}`}),
    ...(renumbered && had !== undefined && {[historyAnnotation]: [...(history ? [history] : []), had].join(',')}),
  }
}

export function sizeAnnotations(deployment: Deployment): Annotations {
  const wanted = wantedBy(deployment)
  return {[desiredAnnotation]: `${wanted}`, [maxAnnotation]: `${wanted + fenceposts(deployment).surge}`}
}
