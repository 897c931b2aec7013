import type {Node} from '../../../objects/node.ts'
import type {PodSpec} from '../../../objects/pod.ts'
import {type Amounts, requestsOf} from '../../../objects/requests.ts'
import type {Attempt, Score} from '../attempt.ts'
import {allocatableOf} from '../filters/resources.ts'

/** What a pod that asks for nothing is taken to need: a tenth of a cpu and 200 MiB. */
const modest: Amounts = {cpu: 100, memory: 200 * 2 ** 20}

/** The more of a node's cpu and memory is left, the better. */
export const leastAllocated: Score = (attempt, fitting) => fitting.map(node => freeOf(node, attempt))

function freeOf(node: Node, {pod, view}: Attempt): number {
  const {name} = node.metadata
  const allocatable = allocatableOf(node)
  const demanding = view.find('demandingPodsByNode', name)
  const others = view.count('activePodsByNode', name) - demanding.length
  const free = ['cpu', 'memory'].map(resource => {
    const all = allocatable[resource] ?? 0
    const used = [pod, ...demanding].reduce(
      (sum, {spec}) => sum + needOf(spec, resource),
      others * (modest[resource] ?? 0),
    )
    return used >= all ? 0 : Math.floor(((all - used) * 100) / all)
  })
  return Math.floor(free.reduce((sum, share) => sum + share, 0) / free.length)
}

function needOf(spec: PodSpec, resource: string): number {
  return requestsOf(spec)[resource] || (modest[resource] ?? 0)
}
