import {type Condition, withCondition} from '../../objects/condition.ts'
import {equal} from '../../objects/equal.ts'
import {type Job, type JobStatus, jobHas} from '../../objects/job.ts'
import {timestamp} from '../../objects/timestamp.ts'
import type {View} from '../../store/view.ts'
import {earliest} from '../availability.ts'
import {type Context, type Controller, keyOf, sidesOf, type Write} from '../controller.ts'
import {deletionOrder} from '../deletion-order.ts'
import {eventsFor, type Happening} from '../events.ts'
import {freeNames, podFrom} from '../new-pod.ts'
import {claimPods, isActive, isGoing, workloadsOf} from '../ownership.ts'
import {counts, happening} from '../replicas.ts'
import {nextTry, type Outcome, outcomeOf, wantedPods} from './counts.ts'
import {deadlineOf, expiryOf, isOver, type Verdict, verdictOf} from './verdict.ts'

/**
 * Makes pods until enough of them have succeeded. One that fails is followed by another, later each time, up to a limit; a deadline
 * ends the job in any case, and some time after its end the job itself may go.
 */
export const jobController: Controller = {
  name: 'job',
  watches: ['Job', 'Pod'],
  keysOf: (change, view) =>
    sidesOf(change).flatMap(side =>
      side.kind === 'Job' ? [keyOf(side)] : side.kind === 'Pod' ? workloadsOf(side, 'Job', view) : [],
    ),
  reconcile: (key, view, context) => {
    const job = view.get('Job', key)
    if (job === undefined || isGoing(job)) return []
    return isOver(job) ? expire(job, context) : work(job, view, context)
  },
  due: (key, view, now) => {
    const job = view.get('Job', key)
    if (job === undefined) return undefined
    const {owned} = claimPods(job, view, () => true)
    const times = isOver(job) ? [expiryOf(job)] : [deadlineOf(job), nextTry(owned)]
    return earliest(times.filter(time => time !== undefined && time > now))
  },
}

/** At most so many pods are made at a time. */
const burst = 500
const component = 'job-controller'

function expire(job: Job, {now}: Context): readonly Write[] {
  const expiry = expiryOf(job)
  return expiry !== undefined && expiry <= now ? [{do: 'delete', object: job}] : []
}

function work(job: Job, view: View, context: Context): readonly Write[] {
  const {owned, transfers} = claimPods(job, view, () => true)
  if (transfers.length > 0) return transfers
  const outcome = outcomeOf(job, owned)
  const verdict = verdictOf(job, outcome, context.now)
  const pods = podSteps(job, {outcome, verdict, mayTry: nextTry(owned) <= context.now}, view, context)
  const status = statusOf(job, withoutDropped(outcome, pods), verdict, context.now)
  const told = [...pods.map(pod => happening(pod, component)), ...turningPoints(job, status)]
  return [
    ...(equal(status, job.status) ? [] : [{do: 'update', object: {...job, status}} as const]),
    ...pods,
    ...eventsFor(job, told, view, context),
  ]
}

/** Pods that the job itself ends, because there are too many or it is suspended, are no failures: as if they were counted. */
function withoutDropped(outcome: Outcome, pods: readonly Write[]): Outcome {
  const dropped = pods.flatMap(({do: verb, object}) => (verb === 'delete' ? [object.metadata.uid ?? ''] : []))
  const {counted} = outcome
  return {...outcome, counted: {...counted, failed: [...counted.failed, ...dropped]}}
}

type Situation = {
  readonly outcome: Outcome
  readonly verdict: Verdict | undefined
  /** Whether no failed pod has to be waited after. */
  readonly mayTry: boolean
}

function podSteps(job: Job, {outcome, verdict, mayTry}: Situation, view: View, context: Context): readonly Write[] {
  const {active, terminating} = outcome
  const wanted = verdict || job.spec.suspend ? 0 : wantedPods(job, outcome)
  if (active.length > wanted)
    return deletionOrder(active.filter(isActive), context.now)
      .slice(0, active.length - wanted)
      .map(object => ({do: 'delete', object}))
  const held = job.spec.podReplacementPolicy === 'Failed' ? terminating : 0
  const missing = Math.min(burst, wanted - active.length - held)
  if (missing <= 0 || !mayTry) return []
  const generateName = `${job.metadata.name}-`
  return freeNames(job, missing, view, context).map(name => ({
    do: 'create',
    object: podFrom(job, {generateName, name}, job.spec.template),
  }))
}

/** A job is over when its last pod has ended; until then its conditions only say what it will be. */
function statusOf(job: Job, outcome: Outcome, verdict: Verdict | undefined, now: number): JobStatus {
  const {succeeded, failed, counted} = outcome
  const over = verdict !== undefined && outcome.active.length + outcome.terminating === 0
  const conditions = conditionsOf(job, verdict, over, now)
  const startTime = job.spec.suspend ? undefined : (job.status?.startTime ?? timestamp(now))
  const remembered = {
    ...(counted.succeeded.length > 0 && {succeeded: counted.succeeded}),
    ...(counted.failed.length > 0 && {failed: counted.failed}),
  }
  return {
    ...(conditions.length > 0 && {conditions}),
    ...(startTime !== undefined && {startTime}),
    ...(over && verdict?.succeeded && {completionTime: timestamp(now)}),
    ...counts({active: outcome.active.length, succeeded, failed}),
    ready: outcome.ready,
    terminating: outcome.terminating,
    uncountedTerminatedPods: over ? {} : remembered,
  }
}

function conditionsOf(job: Job, verdict: Verdict | undefined, over: boolean, now: number): readonly Condition[] {
  const {conditions = []} = job.status ?? {}
  if (verdict === undefined) return suspension(job, conditions, now)
  const {succeeded, reason, message} = verdict
  const types = succeeded ? ['SuccessCriteriaMet', 'Complete'] : ['FailureTarget', 'Failed']
  return types
    .slice(0, over ? 2 : 1)
    .filter(type => !jobHas(job, type))
    .reduce<readonly Condition[]>((all, type) => {
      const condition = {type, status: 'True', reason, message, lastProbeTime: timestamp(now)} as const
      return withCondition(all, condition, now)
    }, conditions)
}

function suspension({spec}: Job, conditions: readonly Condition[], now: number): readonly Condition[] {
  const before = conditions.find(({type}) => type === 'Suspended')?.status ?? 'False'
  const status = spec.suspend ? 'True' : 'False'
  if (before === status) return conditions
  const [reason, message] = spec.suspend ? ['JobSuspended', 'Job suspended'] : ['JobResumed', 'Job resumed']
  return withCondition(conditions, {type: 'Suspended', status, reason, message, lastProbeTime: timestamp(now)}, now)
}

/** What is told of a job when it stops, goes on or comes to its end. */
function turningPoints(job: Job, status: JobStatus): readonly Happening[] {
  const after: Job = {...job, status}
  const becomes = (type: string) => jobHas(after, type) && !jobHas(job, type)
  const failure = status.conditions?.find(({type}) => type === 'Failed')
  const normal = (reason: string, message: string) => ({type: 'Normal', reason, message, component}) as const
  return [
    ...(becomes('Suspended') ? [normal('Suspended', 'Job suspended')] : []),
    ...(jobHas(job, 'Suspended') && !jobHas(after, 'Suspended') ? [normal('Resumed', 'Job resumed')] : []),
    ...(becomes('Complete') ? [normal('Completed', 'Job completed')] : []),
    ...(becomes('Failed') && failure
      ? [{type: 'Warning', reason: failure.reason ?? '', message: failure.message ?? '', component} as const]
      : []),
  ]
}
