import type {Condition} from '../../objects/condition.ts'
import type {Deployment, DeploymentStatus} from '../../objects/deployment.ts'
import {type Rollout, wantedBy} from './rollout.ts'
import {isComplete, saying, sayingAgain, statusOf} from './status.ts'

/** A deadline of so many seconds is none. */
const never = 2 ** 31 - 1

export function hasDeadline({spec}: Deployment): boolean {
  return (spec.progressDeadlineSeconds ?? never) !== never
}

export function progressOf(conditions: readonly Condition[] | undefined): Condition | undefined {
  return conditions?.find(({type}) => type === 'Progressing')
}

/** The status, with whether the rollout is done, gets on, or has not for too long. */
export function statusWithProgress(rollout: Rollout, now: number): DeploymentStatus {
  const {deployment, current} = rollout
  const status = statusOf(rollout, now)
  if (!hasDeadline(deployment))
    return {...status, conditions: (status.conditions ?? []).filter(({type}) => type !== 'Progressing')}
  const conditions = foundConditions(rollout, status, now)
  const before = progressOf(conditions)
  const done = before?.reason === 'NewReplicaSetAvailable' && (status.replicas ?? 0) === (status.updatedReplicas ?? 0)
  if (done) return {...status, conditions}
  const who = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`
  if (isComplete(deployment, status))
    return {
      ...status,
      conditions: saying(conditions, progressing('NewReplicaSetAvailable', `${who} has successfully progressed.`), now),
    }
  if (hasProgressed(deployment.status ?? {}, status))
    return {
      ...status,
      conditions: sayingAgain(conditions, progressing('ReplicaSetUpdated', `${who} is progressing.`), now),
    }
  if (!isTimedOut(deployment, before, now)) return {...status, conditions}
  return {...status, conditions: saying(conditions, {...exceeded, message: `${who} has timed out progressing.`}, now)}
}

/** A deployment that says nothing of its progress yet has found its set: it was there before, or is adopted. */
function foundConditions({current}: Rollout, {conditions = []}: DeploymentStatus, now: number): readonly Condition[] {
  if (current === undefined || progressOf(conditions)) return conditions
  return saying(conditions, progressing('FoundNewReplicaSet', `Found new replica set "${current.metadata.name}"`), now)
}

const exceeded = {type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded'} as const

export function progressing(reason: string, message: string): Condition {
  return {type: 'Progressing', status: 'True', reason, message}
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const oldPods = ({replicas = 0, updatedReplicas = 0}: DeploymentStatus) => replicas - updatedReplicas
  const grew = (['updatedReplicas', 'readyReplicas', 'availableReplicas'] as const).some(
    field => (after[field] ?? 0) > (before[field] ?? 0),
  )
  return grew || oldPods(after) < oldPods(before)
}

function isTimedOut(deployment: Deployment, before: Condition | undefined, now: number): boolean {
  if (before === undefined || before.reason === 'NewReplicaSetAvailable') return false
  return before.reason === 'ProgressDeadlineExceeded' || (deadlineOf(deployment, before) ?? now) < now
}

function deadlineOf({spec}: Deployment, {lastUpdateTime}: Condition): number | undefined {
  const {progressDeadlineSeconds = never} = spec
  return lastUpdateTime === undefined ? undefined : Date.parse(lastUpdateTime) + progressDeadlineSeconds * 1000
}

/** When a rollout that does not get on has taken too long; undefined where there is nothing to wait for. */
export function nextDeadline(deployment: Deployment, now: number): number | undefined {
  const before = progressOf(deployment.status?.conditions)
  const over = ['NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'DeploymentPaused']
  if (!hasDeadline(deployment) || before === undefined || over.includes(before.reason ?? '')) return undefined
  const deadline = (deadlineOf(deployment, before) ?? 0) + 1000
  return deadline > now && wantedBy(deployment) > 0 ? deadline : undefined
}

/** A paused deployment has no deadline: the condition says so, and says when the time begins again. */
export function pauseCondition({spec, status}: Deployment): Condition | undefined {
  const before = progressOf(status?.conditions)
  if ((spec.progressDeadlineSeconds ?? never) === never || before?.reason === 'ProgressDeadlineExceeded')
    return undefined
  const said = before?.reason === 'DeploymentPaused'
  if (spec.paused && !said)
    return {type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused'}
  if (!spec.paused && said)
    return {type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed'}
  return undefined
}
