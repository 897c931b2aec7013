import type {Topology, TopologyNode, TopologyPod} from './topology.ts'

/** What is drawn, and what is only counted: a picture stays readable however large the lab is. */
export type Limits = {
  /** Pods drawn in one node. */
  readonly pods: number
  readonly services: number
}

/** A topology that keeps to the limits, and how much of it is left out. */
export type Collapsed = Topology & {readonly moreServices: number}

/**
 * Where a node has too many pods, those of one owner become one, with their number; and if those are too many still, the
 * last stands for all that are left.
 */
export function collapse(topology: Topology, {pods, services}: Limits): Collapsed {
  const limited = (all: readonly TopologyPod[]) => (all.length <= pods ? all : cut(byOwner(all), pods))
  const isCut = topology.services.length > services
  return {
    ...topology,
    nodes: topology.nodes.map((node): TopologyNode => ({...node, pods: limited(node.pods)})),
    unplaced: limited(topology.unplaced),
    services: isCut ? topology.services.slice(0, services - 1) : topology.services,
    moreServices: isCut ? topology.services.length - services + 1 : 0,
  }
}

/* In the order of the first of each. */
function byOwner(pods: readonly TopologyPod[]): readonly TopologyPod[] {
  const groups = Map.groupBy(pods, ({owner, name}) => (owner === undefined ? `/${name}` : owner))
  return [...groups.values()].map(group => join(group, group[0]?.owner ?? ''))
}

function cut(groups: readonly TopologyPod[], limit: number): readonly TopologyPod[] {
  return groups.length <= limit ? groups : [...groups.slice(0, limit - 1), join(groups.slice(limit - 1), 'others')]
}

function join(group: readonly TopologyPod[], name: string): TopologyPod {
  const [first] = group
  if (first && group.length === 1) return first
  return {
    name,
    owner: name,
    count: group.reduce((sum, {count}) => sum + count, 0),
    state: group.every(({state}) => state === 'planned') ? 'planned' : group.every(isReady) ? 'ready' : 'waiting',
    services: [...new Set(group.flatMap(({services}) => services))].sort((a, b) => a - b),
  }
}

function isReady({state}: TopologyPod): boolean {
  return state === 'ready'
}
