import {type Job, jobHas} from '../../objects/job.ts'
import type {Pod} from '../../objects/pod.ts'
import {isDone, type Outcome} from './counts.ts'

/** Why a job has come to its end. */
export type Verdict = {readonly succeeded: boolean; readonly reason: string; readonly message: string}

/** Undefined while the job goes on. What was decided once stays decided while the last pods end. */
export function verdictOf(job: Job, outcome: Outcome, now: number): Verdict | undefined {
  const decided = job.status?.conditions?.find(
    ({type, status}) => status === 'True' && (type === 'SuccessCriteriaMet' || type === 'FailureTarget'),
  )
  if (decided) {
    const {type, reason = '', message = ''} = decided
    return {succeeded: type === 'SuccessCriteriaMet', reason, message}
  }
  if (isBeyondBackoff(job, outcome))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  const deadline = deadlineOf(job)
  if (deadline !== undefined && deadline <= now)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline')
  return isDone(job, outcome)
    ? {succeeded: true, reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods'}
    : undefined
}

function failed(reason: string, message: string): Verdict {
  return {succeeded: false, reason, message}
}

/** Pods that are restarted in their place count by their restarts. */
function isBeyondBackoff({spec}: Job, {failed, active}: Outcome): boolean {
  const {backoffLimit = 6} = spec
  if (failed > backoffLimit) return true
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false
  const restarts = active.reduce((total, pod) => total + restartsOf(pod), 0)
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit
}

function restartsOf({status}: Pod): number {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  return all.reduce((total, {restartCount}) => total + restartCount, 0)
}

/** When a job that still works has worked for too long. */
export function deadlineOf({spec, status}: Job): number | undefined {
  const {activeDeadlineSeconds, suspend} = spec
  if (activeDeadlineSeconds === undefined || suspend || status?.startTime === undefined) return undefined
  return Date.parse(status.startTime) + activeDeadlineSeconds * 1000
}

export function isOver(job: Job): boolean {
  return jobHas(job, 'Complete') || jobHas(job, 'Failed')
}

/** When a job that is over is to be cleared away. */
export function expiryOf(job: Job): number | undefined {
  const {ttlSecondsAfterFinished: ttl} = job.spec
  const end = job.status?.conditions?.find(
    ({type, status}) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  )?.lastTransitionTime
  return ttl === undefined || end === undefined ? undefined : Date.parse(end) + ttl * 1000
}
