import type {DaemonSet} from '../../objects/daemon-set.ts'
import type {Node} from '../../objects/node.ts'
import type {Pod, PodTemplate} from '../../objects/pod.ts'
import type {Toleration} from '../../objects/toleration.ts'
import {namedNodes} from '../named-nodes.ts'
import {isSelected} from '../node-selection.ts'
import {untolerated} from '../taints.ts'

/** A node and the set's pods on it, oldest first. `wants`: one is to be started there; `keeps`: one that is there may stay. */
export type Place = {
  readonly node: Node
  readonly pods: readonly Pod[]
  readonly wants: boolean
  readonly keeps: boolean
}

/** Trouble of a node that its daemons live through. */
const alwaysTolerated: readonly Toleration[] = [
  {key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute'},
  {key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute'},
  {key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule'},
  {key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule'},
  {key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule'},
  {key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule'},
]

const networkTolerated: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
}

/** The template with the tolerations that every daemon has. */
export function daemonTemplate({spec: {template}}: DaemonSet): PodTemplate {
  const {tolerations = [], hostNetwork} = template.spec
  const own = (one: Toleration) => tolerations.some(({key, effect}) => key === one.key && effect === one.effect)
  const added = [...alwaysTolerated, ...(hostNetwork ? [networkTolerated] : [])].filter(one => !own(one))
  return {...template, spec: {...template.spec, tolerations: [...tolerations, ...added]}}
}

export function placesOf(daemonSet: DaemonSet, nodes: readonly Node[], pods: readonly Pod[]): readonly Place[] {
  const {spec} = daemonTemplate(daemonSet)
  const byNode = Map.groupBy(pods.toSorted(olderFirst), targetOf)
  return nodes.map(node => {
    const here = isSelected(spec, node) && (spec.nodeName ?? node.metadata.name) === node.metadata.name
    return {
      node,
      pods: byNode.get(node.metadata.name) ?? [],
      wants: here && untolerated(spec, node, ['NoSchedule', 'NoExecute']) === undefined,
      keeps: here && untolerated(spec, node, ['NoExecute']) === undefined,
    }
  })
}

/** The node that a daemon is on, or waits for. */
export function targetOf({spec}: Pod): string | undefined {
  return spec.nodeName ?? namedNodes(spec)?.[0]
}

function olderFirst({metadata: a}: Pod, {metadata: b}: Pod): number {
  const [left, right] = [a, b].map(({creationTimestamp = '', name}) => `${creationTimestamp} ${name}`)
  return (left ?? '') < (right ?? '') ? -1 : 1
}
