import {parseIp6} from '../net/ip6.ts'
import {serviceNameLabel} from '../objects/endpoint-slice.ts'
import {minuteOf} from '../objects/event.ts'
import {type KindName, kinds, type ObjectOf} from '../objects/kinds.ts'
import type {ObjectMeta} from '../objects/kube-object.ts'
import type {Pod} from '../objects/pod.ts'
import {budgetSelector} from '../objects/pod-disruption-budget.ts'
import {isFinished, isTerminating} from '../objects/pod-status.ts'
import {type Selector, selectorOfLabels} from '../objects/selector.ts'
import {podSelectorOf, workloadKinds} from '../objects/workload.ts'

/** The words under which an object of these kinds is looked up; a view keeps them up to date. */
type Index<K extends KindName> = {readonly kinds: readonly K[]; keysOf(object: ObjectOf<K>): readonly string[]}

/** What can be found without looking through everything: it keeps the controllers' work proportional to what changed. */
export const indexes = {
  /** By node name; those without a node under the empty name. */
  podsByNode: index(['Pod'], pod => [pod.spec.nodeName ?? '']),
  /** As `podsByNode`, without those that have run to their end: what a node carries. */
  activePodsByNode: index(['Pod'], pod => (isFinished(pod) ? [] : [pod.spec.nodeName ?? ''])),
  /** As `activePodsByNode`: those that ask for resources. */
  demandingPodsByNode: index(['Pod'], pod => (isFinished(pod) || !isDemanding(pod) ? [] : [pod.spec.nodeName ?? ''])),
  /** How many pods of one controller a node carries (`siblingsOn`); those that go or are at their end do not count. */
  siblingsByNode: index(['Pod'], pod => {
    const owner = pod.metadata.ownerReferences?.find(({controller}) => controller)
    if (owner === undefined || isFinished(pod) || isTerminating(pod)) return []
    return [siblingsOn(pod.spec.nodeName ?? '', owner.uid)]
  }),
  /** Those that choose their node by the pods there: `waiting` for one, or `placed`. */
  choosyPods: index(['Pod'], pod => {
    const {affinity, topologySpreadConstraints, nodeName} = pod.spec
    const choosy = affinity?.podAffinity ?? affinity?.podAntiAffinity ?? topologySpreadConstraints
    return choosy === undefined || isFinished(pod) ? [] : [nodeName === undefined ? 'waiting' : 'placed']
  }),
  /** By each of its labels (`labelKey`), and by its namespace alone. */
  podsByLabel: index(['Pod'], ({metadata}) => labelKeys(metadata)),
  /** By one of the labels that it asks for, or its namespace alone: whoever it selects is found under that too. */
  servicesBySelector: index(['Service'], ({metadata: {namespace = ''}, spec}) =>
    spec.selector ? [narrowest(namespace, selectorOfLabels(spec.selector))] : [],
  ),
  /** As `servicesBySelector`. */
  workloadsBySelector: index(workloadKinds, workload => [
    narrowest(workload.metadata.namespace ?? '', podSelectorOf(workload)),
  ]),
  /** As `servicesBySelector`. */
  budgetsBySelector: index(['PodDisruptionBudget'], budget => [
    narrowest(budget.metadata.namespace ?? '', budgetSelector(budget)),
  ]),
  /** As `podsByLabel`: those that no other object controls. */
  orphans: index(['ReplicaSet', 'ControllerRevision'], ({metadata}) =>
    metadata.ownerReferences?.some(({controller}) => controller) ? [] : labelKeys(metadata),
  ),
  servicesByNodePort: index(['Service'], ({spec: {ports = [], healthCheckNodePort}}) =>
    [...ports.map(({nodePort}) => nodePort), healthCheckNodePort].flatMap(port => (port ? [`${port}`] : [])),
  ),
  /** Those of IPv6 by their canonical text. */
  servicesByClusterIp: index(['Service'], ({spec}) =>
    (spec.clusterIPs ?? []).map(ip => (ip.includes(':') ? parseIp6(ip) : ip)),
  ),
  /** By namespace and service: `default/kubia`. */
  endpointSlicesByService: index(['EndpointSlice'], ({metadata: {namespace = '', labels}}) => {
    const service = labels?.[serviceNameLabel]
    return service === undefined ? [] : [`${namespace}/${service}`]
  }),
  /** By the uid of what they tell of. */
  eventsByObject: index(['Event'], ({involvedObject}) => [involvedObject.uid ?? '']),
  /** By the minute in which they were last written. */
  eventsByMinute: index(['Event'], event => [minuteOf(event)]),
  /** By the uid of each owner. */
  dependents: index(
    Object.keys(kinds) as KindName[],
    ({metadata}) => metadata.ownerReferences?.map(({uid}) => uid) ?? [],
  ),
  byNamespace: index(Object.keys(kinds) as KindName[], ({metadata}) =>
    metadata.namespace ? [metadata.namespace] : [],
  ),
}

export type IndexName = keyof typeof indexes

/** The type of what an index finds. */
export type Indexed<I extends IndexName> = (typeof indexes)[I] extends Index<infer K> ? ObjectOf<K> : never

export function labelKey(namespace: string, label: string, value: string): string {
  return `${namespace}/${label}=${value}`
}

/** The word of `siblingsByNode` for a node and the uid of a controller. */
export function siblingsOn(node: string, owner: string): string {
  return `${owner}@${node}`
}

function isDemanding({spec}: Pod): boolean {
  return [...spec.containers, ...(spec.initContainers ?? [])].some(({resources}) => resources?.requests)
}

function labelKeys({namespace = '', labels = {}}: ObjectMeta): readonly string[] {
  return [namespace, ...Object.entries(labels).map(([label, value]) => labelKey(namespace, label, value))]
}

/** The words of `podsByLabel` under which everything that the selector selects is found. */
export function keysFor(namespace: string, selector: Selector): readonly string[] {
  const labels = selector.flatMap(({key, operator, values = []}) =>
    operator === 'In' && values.length === 1 ? values.map(value => labelKey(namespace, key, value)) : [],
  )
  return labels.length > 0 ? labels : [namespace]
}

function index<K extends KindName>(of: readonly K[], keysOf: (object: ObjectOf<K>) => readonly string[]): Index<K> {
  return {kinds: of, keysOf}
}

function narrowest(namespace: string, selector: Selector): string {
  return keysFor(namespace, selector)[0] ?? namespace
}
