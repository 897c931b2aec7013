import {type Cidr, sizeOf} from '../net/cidr.ts'
import type {NodeConfig} from './lab.ts'
import type {Mistake} from './lab-error.ts'
import type {Stage} from './live-objects.ts'
import {wantedPods} from './wanted-pods.ts'
import {mistakeAt} from './yaml-file.ts'

/**
 * More pods than there are addresses for them: on one node, of those that must run there, or on all. Told at the first stage of the
 * lab where it is certain, whatever the scheduler does.
 */
export function capacityMistakes(stages: readonly Stage[], nodes: readonly NodeConfig[]): readonly Mistake[] {
  const rooms = new Map(nodes.map(({name, podSubnet}) => [name, roomIn(podSubnet)]))
  const single = nodes.map(({name, podSubnet}) => [name, `the pod subnet ${podSubnet} of ${name} has`] as const)
  const names = new Map<string, string>(single)
  const all = nodes.length === 1 ? single[0]?.[1] : `the pod subnets of all ${nodes.length} nodes have`
  const room = rooms.values().reduce((sum, each) => sum + each, 0)
  for (const stage of stages) {
    const {total, pinned} = wantedIn(stage, nodes.length)
    const [full] = [...pinned].find(([node, wanted]) => wanted > (rooms.get(node) ?? Number.POSITIVE_INFINITY)) ?? []
    const where = full === undefined ? `${all} ${room}` : `${names.get(full)} ${rooms.get(full)}`
    if (full === undefined && total <= room) continue
    return fullMistakes(stage, {node: full, wanted: full === undefined ? total : (pinned.get(full) ?? 0), where})
  }
  return []
}

/* The network's own number, the gateway and the broadcast address are no pod's. */
function roomIn(subnet: Cidr): number {
  return Math.max(0, sizeOf(subnet) - 3)
}

/** How many pods want an address, and how many of them on a certain node. */
function wantedIn({live}: Stage, nodes: number) {
  const pinned = new Map<string, number>()
  let total = 0
  for (const {object} of live) {
    const {count, node, addressed} = wantedPods(object, nodes) ?? {count: 0, addressed: false}
    if (!addressed) continue
    total += count
    if (node !== undefined) pinned.set(node, (pinned.get(node) ?? 0) + count)
  }
  return {total, pinned}
}

function fullMistakes(
  {changed}: Stage,
  {node, wanted, where}: {readonly node: string | undefined; readonly wanted: number; readonly where: string},
): readonly Mistake[] {
  const last = changed.findLast(({object}) => {
    const pods = wantedPods(object, 1)
    return pods?.addressed && pods.count > 0 && (node === undefined || pods.node === node)
  })
  if (last === undefined) return []
  const {document, path} = last
  const field = last.object.kind === 'Pod' ? ['metadata', 'name'] : ['spec', 'replicas']
  const message = `${wanted} pods want an address, and ${where}`
  const hint = 'add nodes, give them larger subnets, or want fewer pods'
  return [mistakeAt(document, {path: [...path, ...field]}, message, hint)]
}
