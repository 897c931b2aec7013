import {isTermMet} from '../../node-selection.ts'
import type {Score} from '../attempt.ts'
import {shares} from './normalize.ts'

/** The nodes that the pod would like best, by the weights of what it prefers. */
export const preferredNodes: Score = ({pod: {spec}}, fitting) => {
  const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  if (preferred.length === 0) return undefined
  return shares(
    fitting.map(node =>
      preferred.reduce((sum, {weight, preference}) => sum + (isTermMet(preference, node) ? weight : 0), 0),
    ),
  )
}
