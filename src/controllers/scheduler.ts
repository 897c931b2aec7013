import {withCondition} from '../objects/condition.ts'
import {equal} from '../objects/equal.ts'
import {hostPortsOf, portsClash} from '../objects/host-ports.ts'
import type {Node, Taint} from '../objects/node.ts'
import type {Pod} from '../objects/pod.ts'
import {isFinished, isTerminating} from '../objects/pod-status.ts'
import type {Change} from '../store/store.ts'
import type {View} from '../store/view.ts'
import {type Controller, type Key, keyOf, type Write} from './controller.ts'
import {isSelected} from './node-selection.ts'
import {tolerates, untolerated} from './taints.ts'

/**
 * Gives a pod its node: writing `spec.nodeName` is all that scheduling is. Of the nodes that fit, the one with the fewest
 * pods gets it. When none fits, the pod stays Pending and its condition PodScheduled says why, counted by reason.
 */
export const scheduler: Controller = {
  name: 'scheduler',
  watches: ['Pod', 'Node'],
  keysOf,
  reconcile: (key, view, {now}) => {
    const pod = view.get('Pod', key)
    if (pod === undefined || !isWaiting(pod)) return []
    const nodes = view.all('Node')
    const fitting = nodes.filter(node => misfit(pod, node, view) === undefined)
    const chosen = fitting.toSorted((a, b) => preference(pod, a, b, view))[0]
    return chosen ? [bind(pod, chosen, now)] : explain(pod, refusal(pod, nodes, view), now)
  },
}

/** A pod that waits is looked at when it appears, and all of them when there may be room again. */
function keysOf(change: Change, view: View): readonly Key[] {
  const {type, object, before} = change
  if (object.kind === 'Pod' && type !== 'DELETED' && isWaiting(object)) return [keyOf(object)]
  const room = object.kind === 'Node' ? !sameOffer(object, before as Node | undefined) : hasFreed(change)
  return room ? view.find('podsByNode', '').map(keyOf) : []
}

/** Whether a pod has left its node or run to its end there. */
function hasFreed({type, object, before}: Change): boolean {
  if (object.kind !== 'Pod' || object.spec.nodeName === undefined) return false
  return type === 'DELETED' || (isFinished(object) && before?.kind === 'Pod' && !isFinished(before))
}

/** Whether a changed node offers the same as before: most updates of nodes are only signs of life. */
function sameOffer(node: Node, before: Node | undefined): boolean {
  const offer = ({metadata, spec, status}: Node) => ({
    labels: metadata.labels,
    spec,
    ready: status?.conditions?.find(({type}) => type === 'Ready')?.status,
    allocatable: status?.allocatable,
  })
  return before !== undefined && equal(offer(node), offer(before))
}

function isWaiting(pod: Pod): boolean {
  const {nodeName, schedulerName = 'default-scheduler'} = pod.spec
  return nodeName === undefined && schedulerName === 'default-scheduler' && !isTerminating(pod)
}

/** Why a node cannot take a pod, in the scheduler's words; undefined when it can. */
function misfit({spec}: Pod, node: Node, view: View): string | undefined {
  if (node.spec.unschedulable && !tolerates(spec.tolerations, unschedulable)) return 'node(s) were unschedulable'
  const taint = untolerated(spec, node, ['NoSchedule', 'NoExecute'])
  if (taint) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
  if (!isSelected(spec, node)) return "node(s) didn't match Pod's node affinity/selector"
  const others = hostPortsOf(spec).length > 0 ? view.find('activePodsByNode', node.metadata.name) : []
  if (others.some(other => portsClash(spec, other.spec)))
    return "node(s) didn't have free ports for the requested pod ports"
  const room = Number(node.status?.allocatable?.pods ?? Number.POSITIVE_INFINITY)
  return view.count('activePodsByNode', node.metadata.name) < room ? undefined : 'Too many pods'
}

const unschedulable: Taint = {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}

/** Fewer unwelcome taints first, then fewer pods, then the name. */
function preference(pod: Pod, a: Node, b: Node, view: View): number {
  const unwelcome = ({spec}: Node) =>
    spec.taints?.filter(taint => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, taint))
      .length ?? 0
  const load = ({metadata}: Node) => view.count('activePodsByNode', metadata.name)
  return unwelcome(a) - unwelcome(b) || load(a) - load(b) || (a.metadata.name < b.metadata.name ? -1 : 1)
}

function bind(pod: Pod, node: Node, now: number): Write {
  const conditions = withCondition(pod.status?.conditions, {type: 'PodScheduled', status: 'True'}, now)
  const spec = {...pod.spec, nodeName: node.metadata.name}
  return {do: 'update', object: {...pod, spec, status: {...pod.status, conditions}}}
}

function explain(pod: Pod, message: string, now: number): readonly Write[] {
  const condition = {type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message} as const
  const conditions = withCondition(pod.status?.conditions, condition, now)
  if (equal(conditions, pod.status?.conditions)) return []
  return [{do: 'update', object: {...pod, status: {...pod.status, conditions}}}]
}

/** `0/2 nodes are available: 1 node(s) were unschedulable, ...`, as the scheduler says it. */
function refusal(pod: Pod, nodes: readonly Node[], view: View): string {
  if (nodes.length === 0) return 'no nodes available to schedule pods'
  const reasons = Map.groupBy(nodes, node => misfit(pod, node, view) ?? '')
  const counted = [...reasons]
    .map(([reason, {length}]) => `${length} ${reason}`)
    .toSorted()
    .join(', ')
  const full = reasons.get('Too many pods')?.length ?? 0
  const helpless = [
    ...(full > 0 ? [`${full} No preemption victims found for incoming pod`] : []),
    ...(full < nodes.length ? [`${nodes.length - full} Preemption is not helpful for scheduling`] : []),
  ].toSorted()
  const none = `0/${nodes.length} nodes are available`
  return `${none}: ${counted}. preemption: ${none}: ${helpless.join(', ')}.`
}
