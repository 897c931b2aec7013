import {type Cidr, sizeOf} from '../net/cidr.ts'
import type {NodeConfig} from './lab.ts'
import type {Mistake} from './lab-error.ts'
import type {Stage} from './live-objects.ts'
import type {PlacedObject} from './manifests.ts'
import {wantedPods} from './wanted-pods.ts'
import {mistakeAt} from './yaml-file.ts'

/**
 * More pods than there are addresses for them: on one node, of those that must run there, or on all. Told at the first stage of the
 * lab where it is certain, whatever the scheduler does.
 */
export function capacityMistakes(stages: readonly Stage[], nodes: readonly NodeConfig[]): readonly Mistake[] {
  for (const {live, changed} of stages) {
    const single = nodes.map(({name, podSubnet}) => ({
      node: name,
      what: `the pod subnet ${podSubnet} of ${name} has`,
      room: roomIn(podSubnet),
    }))
    const what = nodes.length === 1 ? single[0]?.what : `the pod subnets of all ${nodes.length} nodes have`
    const places: readonly Place[] = [...single, {what: `${what}`, room: total(single.map(({room}) => room))}]
    const mistakes = places.flatMap(place => fullMistakes({live, changed}, place, nodes.length)).slice(0, 1)
    if (mistakes.length > 0) return mistakes
  }
  return []
}

type Place = {readonly node?: string; readonly what: string; readonly room: number}

/* The network's own number, the gateway and the broadcast address are no pod's. */
function roomIn(subnet: Cidr): number {
  return Math.max(0, sizeOf(subnet) - 3)
}

function fullMistakes({live, changed}: Stage, {node, what, room}: Place, nodes: number): readonly Mistake[] {
  const countOf = ({object}: PlacedObject) => {
    const pods = wantedPods(object, nodes)
    return pods?.addressed && (node === undefined || pods.node === node) ? pods.count : 0
  }
  const wanted = total(live.map(countOf))
  const last = changed.findLast(placed => countOf(placed) > 0)
  if (wanted <= room || last === undefined) return []
  const {document, path} = last
  const where = {path: [...path, ...(last.object.kind === 'Pod' ? ['metadata', 'name'] : ['spec', 'replicas'])]}
  const message = `${wanted} pods want an address, and ${what} ${room}`
  return [mistakeAt(document, where, message, 'add nodes, give them larger subnets, or want fewer pods')]
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
