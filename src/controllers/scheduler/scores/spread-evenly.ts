import type {Node} from '../../../objects/node.ts'
import type {TopologySpread} from '../../../objects/topology-spread.ts'
import {siblingsOn} from '../../../store/indexes.ts'
import {controllerOf} from '../../ownership.ts'
import type {Attempt, Score} from '../attempt.ts'
import {placeOf} from '../company.ts'
import {spreadOf} from '../spread.ts'
import {reversed} from './normalize.ts'

/**
 * Constraints that need not be kept say where it is best. A pod that brings none is kept away from those of its own kind all the same:
 * the pods of a replica set are of more use on several nodes than on one.
 */
export const spreadEvenly: Score = (attempt, fitting) => {
  const {topologySpreadConstraints = []} = attempt.pod.spec
  const soft = topologySpreadConstraints.filter(({whenUnsatisfiable}) => whenUnsatisfiable === 'ScheduleAnyway')
  if (topologySpreadConstraints.length === 0) return amongSiblings(attempt, fitting)
  return soft.length === 0 ? undefined : byConstraints(soft, attempt, fitting)
}

function amongSiblings({pod, view}: Attempt, fitting: readonly Node[]): readonly number[] | undefined {
  const owner = controllerOf(pod)?.uid
  if (owner === undefined) return undefined
  return reversed(fitting.map(({metadata}) => view.count('siblingsByNode', siblingsOn(metadata.name, owner))))
}

/* A node that is no place for a constraint is the worst. */
function byConstraints(soft: readonly TopologySpread[], attempt: Attempt, fitting: readonly Node[]): readonly number[] {
  const spreads = soft.map(constraint => ({constraint, places: spreadOf(constraint, soft, attempt)}))
  const placed = (node: Node) => soft.every(({topologyKey}) => placeOf(node, topologyKey) !== undefined)
  const costs = fitting.filter(placed).map(node =>
    spreads.reduce((sum, {constraint: {topologyKey, maxSkew}, places}) => {
      const here = places.get(placeOf(node, topologyKey) ?? '') ?? 0
      return sum + here * Math.log(places.size + 2) + (maxSkew - 1)
    }, 0),
  )
  const rounded = costs.map(Math.round)
  const [most, least] = [Math.max(...rounded), Math.min(...rounded)]
  const values = rounded.values()
  return fitting.map(node => {
    if (!placed(node)) return 0
    const cost = values.next().value ?? 0
    return most === 0 ? 100 : Math.floor((100 * (most + least - cost)) / most)
  })
}
