import {type Condition, withCondition} from '../../objects/condition.ts'
import type {Pod} from '../../objects/pod.ts'
import type {BudgetStatus, DisruptedPods, PodDisruptionBudget} from '../../objects/pod-disruption-budget.ts'
import {isReady, isTerminating} from '../../objects/pod-status.ts'
import type {Expected} from './expected-pods.ts'

type Seen = {
  readonly pods: readonly Pod[]
  readonly disruptedPods: DisruptedPods
  readonly expected: Expected
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What a budget allows, given the pods that it speaks of. */
export function budgetStatus(budget: PodDisruptionBudget, {pods, disruptedPods, expected, now}: Seen): BudgetStatus {
  const generation = budget.metadata.generation ?? 0
  const counted = pods.filter(pod => isReady(pod) && !isTerminating(pod) && !(pod.metadata.name in disruptedPods))
  const known = 'unknown' in expected ? {pods: 0, healthy: 0} : expected
  const spare = known.pods > 0 ? Math.max(0, counted.length - known.healthy) : 0
  const allowed = 'unknown' in expected ? 0 : spare
  return {
    disruptionsAllowed: allowed,
    currentHealthy: counted.length,
    desiredHealthy: known.healthy,
    expectedPods: known.pods,
    observedGeneration: generation,
    ...(Object.keys(disruptedPods).length > 0 && {disruptedPods}),
    conditions: withCondition(budget.status?.conditions, conditionOf(expected, allowed, generation), now),
  }
}

/** Whether the budget allows that a pod is evicted, as a condition says it. */
export function conditionOf(expected: Expected | undefined, allowed: number, observedGeneration: number): Condition {
  const type = 'DisruptionAllowed'
  if (expected && 'unknown' in expected)
    return {type, status: 'False', reason: 'SyncFailed', message: expected.unknown, observedGeneration}
  return allowed > 0
    ? {type, status: 'True', reason: 'SufficientPods', message: '', observedGeneration}
    : {type, status: 'False', reason: 'InsufficientPods', message: '', observedGeneration}
}
