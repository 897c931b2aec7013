import type {Job} from '../../objects/job.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isReady, isTerminating} from '../../objects/pod-status.ts'

/** What has become of a job's pods so far. */
export type Outcome = {
  readonly active: readonly Pod[]
  readonly terminating: number
  readonly ready: number
  readonly succeeded: number
  readonly failed: number
  /** Pods that are still there and stand in the numbers already. */
  readonly counted: {readonly succeeded: readonly string[]; readonly failed: readonly string[]}
}

/**
 * Each pod counts once, when it has come to its end or is asked to, and goes on counting after it is gone: the job's status
 * remembers which of the pods that are there it has counted.
 */
export function outcomeOf({spec, status}: Job, pods: readonly Pod[]): Outcome {
  const {succeeded: had = [], failed: lost = []} = status?.uncountedTerminatedPods ?? {}
  const onlyFailed = spec.podReplacementPolicy === 'Failed'
  const known = new Set([...had, ...lost])
  const fresh = pods.filter(({metadata}) => !known.has(metadata.uid ?? ''))
  const succeeded = uidsOf(fresh.filter(pod => pod.status?.phase === 'Succeeded'))
  const failed = uidsOf(fresh.filter(pod => isLost(pod, onlyFailed)))
  const there = new Set(uidsOf(pods))
  const active = pods.filter(pod => !isFinished(pod) && !isTerminating(pod))
  return {
    active,
    terminating: pods.filter(pod => isTerminating(pod) && !isFinished(pod)).length,
    ready: active.filter(isReady).length,
    succeeded: (status?.succeeded ?? 0) + succeeded.length,
    failed: (status?.failed ?? 0) + failed.length,
    counted: {
      succeeded: [...had.filter(uid => there.has(uid)), ...succeeded],
      failed: [...lost.filter(uid => there.has(uid)), ...failed],
    },
  }
}

/** A pod that is asked to end is as good as lost, unless only those that have failed are replaced. */
function isLost(pod: Pod, onlyFailed: boolean): boolean {
  return pod.status?.phase === 'Failed' || (!onlyFailed && isTerminating(pod) && pod.status?.phase !== 'Succeeded')
}

function uidsOf(pods: readonly Pod[]): readonly string[] {
  return pods.map(({metadata}) => metadata.uid ?? '')
}

/** How many pods there should be now. */
export function wantedPods({spec}: Job, {active, succeeded}: Outcome): number {
  const {parallelism = 1, completions} = spec
  if (completions !== undefined) return Math.max(0, Math.min(completions - succeeded, parallelism))
  return succeeded > 0 ? Math.min(active.length, parallelism) : parallelism
}

export function isDone({spec}: Job, {active, succeeded}: Outcome): boolean {
  return spec.completions === undefined ? succeeded > 0 && active.length === 0 : succeeded >= spec.completions
}

/** Kubernetes starts anew after 10 s, then 20 s, and so on, at most ten minutes. */
const backoff = {first: 10_000, most: 600_000}

/** When the next pod may be made after pods that have failed since the last success. */
export function nextTry(pods: readonly Pod[]): number {
  const ends = pods.filter(isFinished).map(pod => ({failed: pod.status?.phase === 'Failed', at: endOf(pod)}))
  const success = Math.max(...ends.filter(({failed}) => !failed).map(({at}) => at), Number.NEGATIVE_INFINITY)
  const failures = ends.filter(({failed, at}) => failed && at > success).map(({at}) => at)
  if (failures.length === 0) return 0
  return Math.max(...failures) + Math.min(backoff.most, backoff.first * 2 ** (failures.length - 1))
}

function endOf({metadata, status}: Pod): number {
  const ends = (status?.containerStatuses ?? []).flatMap(({state}) => state?.terminated?.finishedAt ?? [])
  const said = ends.toSorted().at(-1) ?? status?.conditions?.find(({type}) => type === 'Ready')?.lastTransitionTime
  return Date.parse(said ?? metadata.creationTimestamp ?? '') || 0
}
