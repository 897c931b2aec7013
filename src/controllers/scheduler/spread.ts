import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import {isTerminating} from '../../objects/pod-status.ts'
import type {Selector} from '../../objects/selector.ts'
import type {TopologySpread} from '../../objects/topology-spread.ts'
import {isSelected} from '../node-selection.ts'
import {untolerated} from '../taints.ts'
import type {Attempt} from './attempt.ts'
import {placeOf, podsMeant, selectorOrNobody, sharedLabels} from './company.ts'

/** How many pods of those that a constraint spreads are in each place that it counts. */
export function spreadOf(constraint: TopologySpread, all: readonly TopologySpread[], attempt: Attempt) {
  const {pod, nodes, view} = attempt
  const counted = nodes.filter(node => counts(node, constraint, all, pod))
  const places = new Map<string, number>(counted.map(node => [placeOf(node, constraint.topologyKey) ?? '', 0]))
  const byName = new Map(counted.map(node => [node.metadata.name, placeOf(node, constraint.topologyKey) ?? '']))
  const {topologyKey} = constraint
  const company = {namespaces: [pod.metadata.namespace ?? ''], selector: spreadSelector(constraint, pod), topologyKey}
  for (const other of podsMeant(company, view)) {
    const place = byName.get(other.spec.nodeName ?? '')
    if (place !== undefined && !isTerminating(other)) places.set(place, (places.get(place) ?? 0) + 1)
  }
  return places
}

export function spreadSelector({labelSelector, matchLabelKeys}: TopologySpread, pod: Pod): Selector {
  return [...selectorOrNobody(labelSelector), ...sharedLabels(matchLabelKeys, pod, 'In')]
}

/** Nodes where the pod may not go anyway are no place, unless the constraint says otherwise. */
function counts(
  node: Node,
  {nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore'}: TopologySpread,
  all: readonly TopologySpread[],
  {spec}: Pod,
): boolean {
  return (
    all.every(({topologyKey}) => placeOf(node, topologyKey) !== undefined) &&
    (nodeAffinityPolicy === 'Ignore' || isSelected(spec, node)) &&
    (nodeTaintsPolicy === 'Ignore' || untolerated(spec, node, ['NoSchedule', 'NoExecute']) === undefined)
  )
}
