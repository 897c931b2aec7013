import type {Node} from '../../../objects/node.ts'
import {matches} from '../../../objects/selector.ts'
import type {TopologySpread} from '../../../objects/topology-spread.ts'
import type {Attempt, Filter, Refusal} from '../attempt.ts'
import {placeOf} from '../company.ts'
import {spreadOf, spreadSelector} from '../spread.ts'

const reason = "node(s) didn't match pod topology spread constraints"

/** No place may have more pods, by more than `maxSkew`, than the one with the fewest. */
export const topologySpreadFilter: Filter = attempt => {
  const {topologySpreadConstraints = []} = attempt.pod.spec
  const hard = topologySpreadConstraints.filter(({whenUnsatisfiable}) => whenUnsatisfiable === 'DoNotSchedule')
  if (hard.length === 0) return undefined
  const limits = hard.map(constraint => limitOf(constraint, hard, attempt))
  return node => {
    for (const limit of limits) {
      const refusal = limit(node)
      if (refusal) return refusal
    }
    return undefined
  }
}

function limitOf(constraint: TopologySpread, hard: readonly TopologySpread[], attempt: Attempt) {
  const {topologyKey, maxSkew, minDomains = 1} = constraint
  const places = spreadOf(constraint, hard, attempt)
  const fewest = places.size < minDomains ? 0 : Math.min(...places.values())
  const self = matches(spreadSelector(constraint, attempt.pod), attempt.pod.metadata.labels) ? 1 : 0
  return (node: Node): Refusal | undefined => {
    const place = placeOf(node, topologyKey)
    if (place === undefined) return {reasons: [`${reason} (missing required label)`], final: true}
    const skew = (places.get(place) ?? 0) + self - fewest
    return skew > maxSkew ? {reasons: [reason], final: false} : undefined
  }
}
