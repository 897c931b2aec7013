import {withCondition} from '../../objects/condition.ts'
import type {Taint} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isTerminating} from '../../objects/pod-status.ts'
import type {View} from '../../store/view.ts'
import {type Controller, keyOf} from '../controller.ts'
import {eventsFor} from '../events.ts'
import {tolerationsOf} from '../taints.ts'

/**
 * Drives pods from nodes with taints that they do not tolerate, or not for so long: a toleration may have an end. A pod that says nothing
 * of it stays for five minutes on a node that is not heard of.
 */
export const taintEviction: Controller = {
  name: 'taint-eviction',
  watches: ['Node', 'Pod'],
  keysOf: ({type, object, before}, view) => {
    if (object.kind === 'Pod')
      return type === 'DELETED' || drivingTaints(object, view).length === 0 ? [] : [keyOf(object)]
    if (object.kind !== 'Node' || type === 'DELETED') return []
    const changed = before?.kind !== 'Node' || before.spec.taints !== object.spec.taints
    return changed ? view.find('podsByNode', object.metadata.name).map(keyOf) : []
  },
  reconcile: (key, view, context) => {
    const pod = view.get('Pod', key)
    if (pod === undefined || context.now < (endOf(pod, view) ?? Number.POSITIVE_INFINITY)) return []
    const message = `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`
    const component = 'taint-eviction-controller'
    const conditions = withCondition(pod.status?.conditions, disrupted, context.now)
    return [
      ...eventsFor(pod, [{type: 'Normal', reason: 'TaintManagerEviction', message, component}], view, context),
      {do: 'delete', object: {...pod, status: {...pod.status, conditions}}},
    ]
  },
  due: (key, view) => {
    const pod = view.get('Pod', key)
    const end = pod && endOf(pod, view)
    return end === Number.NEGATIVE_INFINITY ? undefined : end
  },
}

const disrupted = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
} as const

/** When a pod has to leave its node, in milliseconds since 1970: at once, or when the first of its tolerations ends; undefined when never. */
function endOf(pod: Pod, view: View): number | undefined {
  if (isTerminating(pod)) return undefined
  const ends = drivingTaints(pod, view).map(taint => patienceWith(taint, pod))
  const end = Math.min(...ends)
  return end === Number.POSITIVE_INFINITY ? undefined : end
}

function drivingTaints({spec}: Pod, view: View): readonly Taint[] {
  const node = spec.nodeName === undefined ? undefined : view.get('Node', {name: spec.nodeName})
  return node?.spec.taints?.filter(({effect}) => effect === 'NoExecute') ?? []
}

function patienceWith(taint: Taint, {spec}: Pod): number {
  const tolerations = tolerationsOf(spec.tolerations, taint)
  if (tolerations.length === 0) return Number.NEGATIVE_INFINITY
  const seconds = tolerations.map(({tolerationSeconds = Number.POSITIVE_INFINITY}) => Math.max(0, tolerationSeconds))
  // A taint without a time is about to get one.
  const from = taint.timeAdded === undefined ? Number.POSITIVE_INFINITY : Date.parse(taint.timeAdded)
  return from + 1000 * Math.min(...seconds)
}
