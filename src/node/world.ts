import type {Logger} from 'pino'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {KubeObjectAny} from '../objects/kinds.ts'
import type {Node} from '../objects/node.ts'
import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'
import type {AgentChanges, AgentClient} from './client.ts'

/** What an agent knows of the cluster: its own pods, and all Services, EndpointSlices and Nodes. By namespace and name. */
export type World = {
  revision: number
  readonly pods: Map<string, Pod>
  readonly services: Map<string, Service>
  readonly slices: Map<string, EndpointSlice>
  readonly nodes: Map<string, Node>
}

/** Which of the agent's works a change calls for. */
export type Concern = 'pods' | 'rules' | 'peers'

export const concerns = ['pods', 'rules', 'peers'] as const satisfies readonly Concern[]

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
      changed(broken ? concerns : follow(world, await client.changes(world.revision, signal), nodeName))
      broken = false
    } catch (error) {
      if (signal.aborted) return
      log.warn({err: error}, 'the watch broke, listing anew')
      broken = true
      await after(relistAfter, signal)
    }
  }
}

/** Reads the present world of one node. */
export async function readWorld(client: AgentClient, nodeName: string): Promise<World> {
  const [pods, services, slices, nodes] = await Promise.all([
    client.list('Pod'),
    client.list('Service'),
    client.list('EndpointSlice'),
    client.list('Node'),
  ])
  return {
    revision: Math.min(pods.revision, services.revision, slices.revision, nodes.revision),
    pods: byKey(pods.objects.filter(pod => pod.spec.nodeName === nodeName)),
    services: byKey(services.objects),
    slices: byKey(slices.objects),
    nodes: byKey(nodes.objects),
  }
}

/** Brings the world up to date; answers what has to be looked at. */
export function follow(world: World, {revision, changes}: AgentChanges, nodeName: string): ReadonlySet<Concern> {
  const concerns = new Set<Concern>()
  for (const {type, object} of changes) {
    const concern = place(world, {object, gone: type === 'DELETED', nodeName})
    if (concern) concerns.add(concern)
  }
  world.revision = revision
  return concerns
}

function place(
  world: World,
  {object, gone, nodeName}: {object: KubeObjectAny; gone: boolean; nodeName: string},
): Concern | undefined {
  switch (object.kind) {
    case 'Pod':
      if (object.spec.nodeName !== nodeName) return undefined
      set(world.pods, object, gone)
      return 'pods'
    case 'Service':
      set(world.services, object, gone)
      return 'rules'
    case 'EndpointSlice':
      set(world.slices, object, gone)
      return 'rules'
    case 'Node':
      set(world.nodes, object, gone)
      return 'peers'
    case 'Namespace':
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
    case 'NetworkPolicy':
    case 'Ingress':
    case 'IngressClass':
    case 'PodDisruptionBudget':
      return undefined
  }
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
