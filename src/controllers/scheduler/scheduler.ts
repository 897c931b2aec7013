import {withCondition} from '../../objects/condition.ts'
import {equal} from '../../objects/equal.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isTerminating} from '../../objects/pod-status.ts'
import type {Change} from '../../store/store.ts'
import type {View} from '../../store/view.ts'
import {type Context, type Controller, type Key, keyOf, type Write} from '../controller.ts'
import {eventFor} from '../events.ts'
import {explanation} from './explanation.ts'
import {place} from './placing.ts'

/**
 * Gives a pod its node: writing `spec.nodeName` is all that scheduling is. Nodes that fail a filter are out; of those that
 * fit, the one with the best scores gets the pod. When none fits, the pod stays Pending, and its condition PodScheduled and an event
 * say why, counted by reason.
 */
export const scheduler: Controller = {
  name: 'scheduler',
  watches: ['Pod', 'Node'],
  keysOf,
  reconcile: (key, view, context) => {
    const pod = view.get('Pod', key)
    if (pod === undefined || !isWaiting(pod)) return []
    const placing = place({pod, nodes: view.all('Node'), view})
    if ('node' in placing) return bind(pod, placing.node, view, context)
    return explain(pod, explanation(pod, placing.refusals), view, context)
  },
  due: (key, view) => {
    const pod = view.get('Pod', key)
    return pod && isWaiting(pod) ? lastTold(pod, view) + againAfter : undefined
  },
}

/** So long after it was told why a pod waits, it is told again, in milliseconds. */
const againAfter = 300_000

/** A pod that waits is looked at when it appears, and all of them when there may be room again. */
function keysOf(change: Change, view: View): readonly Key[] {
  const {type, object, before} = change
  if (object.kind === 'Pod' && type !== 'DELETED' && isWaiting(object)) return [keyOf(object)]
  const room = object.kind === 'Node' ? !sameOffer(object, before as Node | undefined) : hasFreed(change)
  if (room) return view.find('podsByNode', '').map(keyOf)
  return isNewCompany(change) ? view.find('choosyPods', 'waiting').map(keyOf) : []
}

/** Whether a pod has left its node or run to its end there. */
function hasFreed({type, object, before}: Change): boolean {
  if (object.kind !== 'Pod' || object.spec.nodeName === undefined) return false
  return type === 'DELETED' || (isFinished(object) && before?.kind === 'Pod' && !isFinished(before))
}

/** Whether a pod has come to a node, or is another there by its labels: some wait for just this one. */
function isNewCompany({object, before}: Change): boolean {
  if (object.kind !== 'Pod' || object.spec.nodeName === undefined) return false
  if (before?.kind !== 'Pod' || before.spec.nodeName === undefined) return true
  return object.metadata.labels !== before.metadata.labels && !equal(object.metadata.labels, before.metadata.labels)
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

function bind(pod: Pod, {metadata: {name: nodeName}}: Node, view: View, context: Context): readonly Write[] {
  const conditions = withCondition(pod.status?.conditions, {type: 'PodScheduled', status: 'True'}, context.now)
  const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${nodeName}`
  return [
    {do: 'update', object: {...pod, spec: {...pod.spec, nodeName}, status: {...pod.status, conditions}}},
    eventFor(pod, {type: 'Normal', reason: 'Scheduled', message, component}, view, context),
  ]
}

function explain(pod: Pod, message: string, view: View, context: Context): readonly Write[] {
  const condition = {type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message} as const
  const conditions = withCondition(pod.status?.conditions, condition, context.now)
  const known = equal(conditions, pod.status?.conditions)
  if (known && context.now < lastTold(pod, view) + againAfter) return []
  return [
    ...(known ? [] : [{do: 'update', object: {...pod, status: {...pod.status, conditions}}} as const]),
    eventFor(pod, {type: 'Warning', reason: 'FailedScheduling', message, component}, view, context),
  ]
}

const component = 'default-scheduler'

function lastTold({metadata: {uid = ''}}: Pod, view: View): number {
  const told = view.find('eventsByObject', uid).filter(({reason}) => reason === 'FailedScheduling')
  return Math.max(0, ...told.map(({lastTimestamp = ''}) => Date.parse(lastTimestamp)))
}
