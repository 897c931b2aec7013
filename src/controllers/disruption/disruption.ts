import {equal} from '../../objects/equal.ts'
import type {Pod} from '../../objects/pod.ts'
import type {DisruptedPods, PodDisruptionBudget} from '../../objects/pod-disruption-budget.ts'
import {budgetSelector, selectsPods} from '../../objects/pod-disruption-budget.ts'
import {matches} from '../../objects/selector.ts'
import {labelKey} from '../../store/indexes.ts'
import {selectPods, type View} from '../../store/view.ts'
import {earliest} from '../availability.ts'
import {type Context, type Controller, keyOf, sidesOf} from '../controller.ts'
import {budgetStatus} from './budget-status.ts'
import {expectedOf} from './expected-pods.ts'

/**
 * Counts, for each PodDisruptionBudget, the pods that it speaks of and how many of them are ready: so many may be missed. The API server
 * takes from that number when it evicts a pod, and notes the pod, since its deletion may not have been seen here yet.
 */
export const disruptionController: Controller = {
  name: 'disruption',
  gathers: true,
  watches: ['PodDisruptionBudget', 'Pod'],
  keysOf: (change, view) =>
    sidesOf(change).flatMap(side => {
      if (side.kind === 'PodDisruptionBudget') return [keyOf(side)]
      return side.kind === 'Pod' ? budgetsOf(side, view).map(keyOf) : []
    }),
  reconcile: ({namespace = '', name}, view, {now}: Context) => {
    const budget = view.get('PodDisruptionBudget', {namespace, name})
    if (budget === undefined || budget.metadata.deletionTimestamp) return []
    const pods = selectsPods(budget) ? selectPods(view, namespace, budgetSelector(budget)) : []
    const disruptedPods = stillDisrupted(budget, pods, now)
    const status = budgetStatus(budget, {pods, disruptedPods, expected: expectedOf(budget, pods, view), now})
    return equal(status, budget.status) ? [] : [{do: 'update', object: {...budget, status}}]
  },
  due: ({namespace = '', name}, view, now) => {
    const {disruptedPods = {}} = view.get('PodDisruptionBudget', {namespace, name})?.status ?? {}
    return earliest(Object.values(disruptedPods).map(time => Math.max(now, Date.parse(time) + evictedWithin)))
  },
}

/** The budgets that speak of a pod. */
export function budgetsOf(pod: Pod, view: View): readonly PodDisruptionBudget[] {
  const {namespace = '', labels = {}} = pod.metadata
  const words = [namespace, ...Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value))]
  const found = words.flatMap(word => view.find('budgetsBySelector', word))
  return found.filter(budget => selectsPods(budget) && matches(budgetSelector(budget), labels))
}

/** So long after its eviction a pod that is still there, and not even going, counts again. */
const evictedWithin = 120_000

function stillDisrupted({status}: PodDisruptionBudget, pods: readonly Pod[], now: number): DisruptedPods {
  const staying = new Set(pods.filter(({metadata}) => !metadata.deletionTimestamp).map(({metadata}) => metadata.name))
  const known = Object.entries(status?.disruptedPods ?? {})
  return Object.fromEntries(known.filter(([name, time]) => staying.has(name) && Date.parse(time) + evictedWithin > now))
}
