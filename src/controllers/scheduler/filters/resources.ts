import type {Node} from '../../../objects/node.ts'
import {type Amounts, amountsOf, requestsOf, sumOf} from '../../../objects/requests.ts'
import type {Filter} from '../attempt.ts'

/**
 * What the pods of a node ask for together must not be more than it has to give. Only what is asked for counts, not what is used. All
 * that is short is named; a node that does not say how much it has is taken to have enough of what every node has.
 */
export const resourcesFilter: Filter = ({pod, view}) => {
  const wanted = Object.entries(requestsOf(pod.spec)).filter(([, amount]) => amount > 0)
  return node => {
    const {name} = node.metadata
    const allocatable = allocatableOf(node)
    const crowded = view.count('activePodsByNode', name) + 1 > (allocatable.pods ?? Number.POSITIVE_INFINITY)
    const used = wanted.length > 0 ? usedOn(view.find('demandingPodsByNode', name).map(({spec}) => spec)) : {}
    const short = wanted.filter(([resource, amount]) => amount > room(resource, allocatable, used))
    const reasons = [...(crowded ? ['Too many pods'] : []), ...short.map(([resource]) => `Insufficient ${resource}`)]
    return reasons.length > 0 ? {reasons, final: false} : undefined
  }
}

export function allocatableOf({status}: Node): Amounts {
  return status?.allocatable ? amountsOf(status.allocatable) : {}
}

function usedOn(specs: readonly Parameters<typeof requestsOf>[0][]): Amounts {
  return specs.reduce<Amounts>((sum, spec) => sumOf(sum, requestsOf(spec)), {})
}

const everywhere = ['cpu', 'memory', 'ephemeral-storage']

function room(resource: string, allocatable: Amounts, used: Amounts): number {
  const all = allocatable[resource] ?? (everywhere.includes(resource) ? Number.POSITIVE_INFINITY : 0)
  return all - (used[resource] ?? 0)
}
