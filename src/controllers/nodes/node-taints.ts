import type {Condition} from '../../objects/condition.ts'
import type {Node, Taint} from '../../objects/node.ts'
import {timestamp} from '../../objects/timestamp.ts'

/**
 * The taints of a node, those that follow from its state brought up to date. From a node that is not ready new pods keep away, and
 * those that are there leave in time; unless no other node is ready either, and they had nowhere to go. One that drives pods away has the time
 * at which it came, from which they count.
 */
export function taintsOf(
  {spec: {taints = [], unschedulable = false}}: Node,
  {conditions, deserted, now}: {conditions: readonly Condition[]; deserted: boolean; now: number},
) {
  const wanted = rules.filter(
    ({effect, when}) => when({conditions, unschedulable}) && !(deserted && effect === 'NoExecute'),
  )
  const kept = taints.filter(
    taint => !rules.some(rule => isSame(rule, taint)) || wanted.some(one => isSame(one, taint)),
  )
  const fresh = wanted.filter(one => !taints.some(taint => isSame(one, taint)))
  return [...kept, ...fresh.map(({key, effect}): Taint => ({key, effect}))].map(taint => stamped(taint, fresh, now))
}

type State = {readonly conditions: readonly Condition[]; readonly unschedulable: boolean}

type Rule = Taint & {readonly when: (state: State) => boolean}

const holds =
  (type: string, status: Condition['status']) =>
  ({conditions}: State) =>
    conditions.some(condition => condition.type === type && condition.status === status)

const rules: readonly Rule[] = [
  {key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule', when: holds('Ready', 'False')},
  {key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule', when: holds('Ready', 'Unknown')},
  {key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule', when: holds('MemoryPressure', 'True')},
  {key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule', when: holds('DiskPressure', 'True')},
  {key: 'node.kubernetes.io/pid-pressure', effect: 'NoSchedule', when: holds('PIDPressure', 'True')},
  {key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule', when: holds('NetworkUnavailable', 'True')},
  {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', when: ({unschedulable}) => unschedulable},
  {key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', when: holds('Ready', 'False')},
  {key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', when: holds('Ready', 'Unknown')},
]

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect
}

function stamped(taint: Taint, fresh: readonly Taint[], now: number): Taint {
  const mine = fresh.some(one => isSame(one, taint))
  return taint.timeAdded === undefined && (mine || taint.effect === 'NoExecute')
    ? {...taint, timeAdded: timestamp(now)}
    : taint
}
