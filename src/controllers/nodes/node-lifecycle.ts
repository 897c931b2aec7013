import {withCondition} from '../../objects/condition.ts'
import {equal} from '../../objects/equal.ts'
import type {Node} from '../../objects/node.ts'
import {isReady} from '../../objects/pod-status.ts'
import type {View} from '../../store/view.ts'
import {type Context, type Controller, keyOf, type Write} from '../controller.ts'
import {eventsFor} from '../events.ts'
import {givenUpAt, readyOf, unknownConditions} from './health.ts'
import {taintsOf} from './node-taints.ts'

/**
 * Draws the conclusions from what nodes say and do not say. One that has kept silent for too long is given up: its state is unknown, its
 * taints keep pods away, and its pods are ready no longer, so that no Service sends anybody there.
 */
export const nodeLifecycle: Controller = {
  name: 'node-lifecycle',
  watches: ['Node', 'Lease'],
  keysOf: ({object, before}, view) => {
    // Whether anybody else speaks concerns those that do not.
    if (object.kind === 'Node' && (before?.kind !== 'Node' || speaks(object) !== speaks(before)))
      return [object, ...view.all('Node').filter(node => !speaks(node))].map(keyOf)
    if (object.kind === 'Lease' && object.metadata.namespace !== leaseNamespace) return []
    return [{kind: 'Node', name: object.metadata.name}]
  },
  reconcile: (key, view, context) => {
    const node = view.get('Node', key)
    if (node === undefined) return []
    const {now, since = now} = context
    const silent = now >= givenUpAt(node, leaseOf(node, view), since)
    const conditions = silent ? unknownConditions(node, now) : (node.status?.conditions ?? [])
    const deserted = !view.all('Node').some(other => other.metadata.name !== node.metadata.name && speaks(other))
    const taints = taintsOf(node, {conditions, deserted, now})
    const after = brought(node, {conditions, taints})
    const writes: readonly Write[] = equal(after, node) ? [] : [{do: 'update', object: after}]
    return speaks(after) ? writes : [...writes, ...farewell(node, after, view, context)]
  },
  due: (key, view, now, since = now) => {
    const node = view.get('Node', key)
    if (node === undefined || readyOf(node)?.status === 'Unknown') return undefined
    return givenUpAt(node, leaseOf(node, view), since)
  },
}

const leaseNamespace = 'kube-node-lease'

/** Whether a node is ready, or may be yet. */
function speaks(node: Node): boolean {
  return (readyOf(node)?.status ?? 'True') === 'True'
}

function leaseOf({metadata: {name}}: Node, view: View) {
  return view.get('Lease', {namespace: leaseNamespace, name})
}

function brought(node: Node, {conditions, taints}: {conditions: Conditions; taints: Taints}): Node {
  const {taints: before = [], ...spec} = node.spec
  return {
    ...node,
    spec: equal(taints, before) ? node.spec : {...spec, ...(taints.length > 0 && {taints})},
    ...(conditions !== node.status?.conditions && conditions.length > 0 && {status: {...node.status, conditions}}),
  }
}

type Conditions = ReturnType<typeof unknownConditions>
type Taints = ReturnType<typeof taintsOf>

/** What a node that is not ready leaves behind: nobody can say that its pods are ready, until it can. */
function farewell(before: Node, after: Node, view: View, context: Context): readonly Write[] {
  const {name} = after.metadata
  const isNews = !before.spec.taints?.some(isParting)
  const message = `Node ${name} status is now: NodeNotReady`
  const news = {type: 'Normal', reason: 'NodeNotReady', message, component} as const
  return [
    ...eventsFor({...after, metadata: {...after.metadata, uid: name}}, isNews ? [news] : [], view, context),
    ...view
      .find('podsByNode', name)
      .filter(isReady)
      .flatMap((pod): readonly Write[] => {
        const conditions = withCondition(pod.status?.conditions, {type: 'Ready', status: 'False'}, context.now)
        const warning = {type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready', component} as const
        return [
          {do: 'update', object: {...pod, status: {...pod.status, conditions}}},
          ...eventsFor(pod, [warning], view, context),
        ]
      }),
  ]
}

const component = 'node-controller'

function isParting({key}: Taints[number]): boolean {
  return ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].includes(key)
}
