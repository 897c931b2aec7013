import type {Logger} from 'pino'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import type {Namespace} from '../objects/namespace.ts'
import type {NetworkPolicy} from '../objects/network-policy.ts'
import type {Node} from '../objects/node.ts'
import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'
import type {AgentChanges, AgentClient, Scope} from './client.ts'
import {looksTheSame} from './policy/policy-pod.ts'

/**
 * What an agent knows of the cluster: its own pods, and all Services, EndpointSlices, Nodes and NetworkPolicies. By namespace and name. The pods
 * of other nodes and the Namespaces only NetworkPolicies need: they are known from the first of these on.
 */
export type World = {
  revision: number
  readonly pods: Map<string, Pod>
  readonly services: Map<string, Service>
  readonly slices: Map<string, EndpointSlice>
  readonly nodes: Map<string, Node>
  readonly policies: Map<string, NetworkPolicy>
  scope: Scope
  readonly namespaces: Map<string, Namespace>
  /** The pods of other nodes. */
  readonly others: Map<string, Pod>
  /** Why the API server does not let the node read what NetworkPolicies need. */
  refused?: string | undefined
}

/** Which of the agent's works a change calls for. */
export type Concern = 'pods' | 'rules' | 'peers' | 'policies'

export const concerns = ['policies', 'pods', 'rules', 'peers'] as const satisfies readonly Concern[]

export type WorldWatch = {
  readonly world: World
  readonly client: AgentClient
  readonly nodeName: string
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
  /** Hears after each step what has to be looked at. */
  readonly changed: (concerns: Iterable<Concern>) => void
}

/** How long to wait before a watch that broke is begun anew, in ms. */
const relistAfter = 1000

/**
 * Keeps a world up to date until the signal. A watch can break: the API is away, or has forgotten the revision that it is asked
 * for. Then everything is listed again, and all has to be looked at.
 */
export async function watchWorld(watch: WorldWatch): Promise<void> {
  const {world, client, nodeName, after, signal, log, changed} = watch
  let broken = false
  while (!signal.aborted) {
    try {
      if (broken) Object.assign(world, await readWorld(client, nodeName))
      const found = broken ? concerns : await step(watch)
      broken = false
      changed(found)
    } catch (error) {
      if (signal.aborted) return
      log.warn({err: error}, 'the watch broke, listing anew')
      broken = true
      await after(relistAfter, signal)
    }
  }
}

/* The first NetworkPolicy makes the node look around; nobody hears of the policy before it has. */
async function step({world, client, nodeName, signal}: WorldWatch): Promise<Iterable<Concern>> {
  const found = follow(world, await client.changes(world.revision, signal, world.scope), nodeName)
  if (!found.has('policies') || world.scope === 'cluster' || world.refused !== undefined) return found
  Object.assign(world, await readWorld(client, nodeName))
  return concerns
}

/** Reads the present world of one node. */
export async function readWorld(client: AgentClient, nodeName: string): Promise<World> {
  const policies = await client.list('NetworkPolicy')
  const wanted: Scope = policies.objects.length > 0 ? 'cluster' : 'node'
  const [everyPod, namespaces, services, slices, nodes] = await Promise.all([
    client.list('Pod', wanted),
    wanted === 'cluster' ? client.list('Namespace', wanted) : none,
    client.list('Service'),
    client.list('EndpointSlice'),
    client.list('Node'),
  ])
  const refused = policies.refused ?? everyPod.refused ?? namespaces.refused
  const scope: Scope = refused === undefined ? wanted : 'node'
  const pods = scope === wanted ? everyPod : await client.list('Pod', scope)
  const lists = [policies, pods, namespaces, services, slices, nodes].filter(list => list.refused === undefined)
  return {
    revision: Math.min(...lists.map(({revision}) => revision)),
    pods: byKey(pods.objects.filter(pod => pod.spec.nodeName === nodeName)),
    services: byKey(services.objects),
    slices: byKey(slices.objects),
    nodes: byKey(nodes.objects),
    policies: byKey(policies.objects),
    scope,
    namespaces: byKey(namespaces.objects),
    others: byKey(scope === 'cluster' ? pods.objects.filter(pod => pod.spec.nodeName !== nodeName) : []),
    refused,
  }
}

const none = {revision: Number.POSITIVE_INFINITY, objects: [] as readonly Namespace[], refused: undefined}

/** Brings the world up to date; answers what has to be looked at. */
export function follow(world: World, {revision, changes}: AgentChanges, nodeName: string): ReadonlySet<Concern> {
  const concerns = new Set<Concern>()
  for (const {type, object} of changes) {
    for (const concern of place(world, {object, gone: type === 'DELETED', nodeName})) concerns.add(concern)
  }
  world.revision = revision
  return concerns
}

function place(
  world: World,
  {object, gone, nodeName}: {object: KubeObjectAny; gone: boolean; nodeName: string},
): readonly Concern[] {
  switch (object.kind) {
    case 'Pod':
      return placePod(world, {object, gone, nodeName})
    case 'Service':
      set(world.services, object, gone)
      return ['rules']
    case 'EndpointSlice':
      set(world.slices, object, gone)
      return ['rules']
    case 'Node':
      set(world.nodes, object, gone)
      return ['peers']
    case 'NetworkPolicy':
      if (world.scope === 'cluster' || world.refused !== undefined) set(world.policies, object, gone)
      return ['policies']
    case 'Namespace':
      if (world.scope === 'node') return []
      set(world.namespaces, object, gone)
      return ['policies']
    case 'ReplicaSet':
    case 'Deployment':
    case 'DaemonSet':
    case 'StatefulSet':
    case 'ReplicationController':
    case 'ControllerRevision':
    case 'Job':
    case 'Endpoints':
    case 'ConfigMap':
    case 'Secret':
    case 'ServiceAccount':
    case 'Event':
    case 'Lease':
    case 'Ingress':
    case 'IngressClass':
    case 'PodDisruptionBudget':
      return []
  }
}

function placePod(
  world: World,
  {object, gone, nodeName}: {object: Pod; gone: boolean; nodeName: string},
): readonly Concern[] {
  const isOwn = object.spec.nodeName === nodeName
  if (!isOwn && world.scope === 'node') return []
  const known = isOwn ? world.pods : world.others
  const before = known.get(keyOf(object))
  set(known, object, gone)
  // Another pod of the name was on another node: its deletion was told before.
  const isNews = world.scope === 'cluster' && (gone || !looksTheSame(before, object))
  return [...(isOwn ? (['pods'] as const) : []), ...(isNews ? (['policies'] as const) : [])]
}

function set<T extends KubeObjectAny>(objects: Map<string, T>, object: T, gone: boolean): void {
  if (gone) objects.delete(keyOf(object))
  else objects.set(keyOf(object), object)
}

function byKey<T extends KubeObjectAny>(objects: readonly T[]): Map<string, T> {
  return new Map(objects.map(object => [keyOf(object), object]))
}

function keyOf({metadata: {namespace = '', name}}: KubeObjectAny): string {
  return `${namespace}/${name}`
}
