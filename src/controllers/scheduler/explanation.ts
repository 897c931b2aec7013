import type {Pod} from '../../objects/pod.ts'
import type {Refusal} from './attempt.ts'

/**
 * Why a pod stays Pending, as kube-scheduler says it: `0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable.`, the
 * reasons counted and sorted, and then whether taking other pods away would help. In a lab no pod has to make room for another.
 */
export function explanation({spec}: Pod, refusals: readonly Refusal[]): string {
  const count = refusals.length
  if (count === 0) return 'no nodes available to schedule pods'
  const none = `0/${count} nodes are available:`
  const why = `${none} ${counted(refusals.flatMap(({reasons}) => reasons))}.`
  if (spec.preemptionPolicy === 'Never') return `${why} preemption: not eligible due to preemptionPolicy=Never.`
  const help = refusals.map(({final}) => (final ? helpless : noVictims))
  return `${why} preemption: ${none} ${counted(help)}.`
}

const helpless = 'Preemption is not helpful for scheduling'
const noVictims = 'No preemption victims found for incoming pod'

function counted(reasons: readonly string[]): string {
  return [...Map.groupBy(reasons, reason => reason)]
    .map(([reason, {length}]) => `${length} ${reason}`)
    .toSorted()
    .join(', ')
}
