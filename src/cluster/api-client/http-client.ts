import type {AgentChanges, AgentClient, AgentKind, AgentList, FollowedKind, Scope} from '../../node/client.ts'
import {withForeignConditions} from '../../node/pods/readiness-gates.ts'
import {leaseOf} from '../../node/sign-of-life.ts'
import {type KubeObjectAny, kinds, type ObjectOf} from '../../objects/kinds.ts'
import type {Pod, PodStatus} from '../../objects/pod.ts'
import {ApiRefusal, type Connection} from './connection.ts'
import {followObject} from './follow-object.ts'
import {latestStatus} from './latest-status.ts'
import {olderSlices, presentSlice} from './older-slices.ts'
import {type After, persist} from './persist.ts'
import {recordEvents} from './record-events.ts'
import {followWatch, type WatchedEvent} from './watch-stream.ts'

/** The agents' way to the API when it is somewhere else: Kubernetes' own HTTP, and nothing that only podlab's server has. */
export type HttpClient = AgentClient & {
  /** Ends the watches, and what waits for the server. The connection stays. */
  close(): void
}

export type HttpClientOptions = {
  readonly connection: Connection
  /** Only this node's pods are asked for. */
  readonly node?: string
  /** What `changes` tells of; what a node's agent goes by when left out. */
  readonly kinds?: readonly AgentKind[]
  readonly after: After
}

/**
 * Each kind has a watch of its own, as the API offers no other. What they tell is handed on together, in the order in which it came; the
 * revision that goes with it is a mark for the next question, from which all go on where each of them is.
 */
export function httpClient({connection, node, kinds = agentKinds, after}: HttpClientOptions): HttpClient {
  let slices: string = paths.EndpointSlice
  const path = (kind: AgentKind, scope: Scope) => {
    if (kind === 'EndpointSlice') return slices
    return kind === 'Pod' && node && scope === 'node' ? `${paths.Pod}?${onNode(node)}` : paths[kind]
  }
  /* What the server does not let a node read is not watched. */
  const refusals = new Set<AgentKind>()
  const isWatched = (kind: AgentKind, scope: Scope) =>
    !refusals.has(kind) && (kind !== 'Namespace' || scope === 'cluster')
  const life = new AbortController()
  const untilDone = {after, signal: life.signal}
  let following: Following | undefined

  function follow(since: number, scope: Scope): Following {
    following?.stop.abort()
    const stop = new AbortController()
    const started: Following = {mark: since, scope, stop, events: [], wake: () => undefined, failure: undefined}
    for (const kind of kinds.filter(one => isWatched(one, scope))) {
      const tell = (event: WatchedEvent | undefined, revision: number) => {
        started.reached = Math.max(started.reached ?? since, revision)
        if (event === undefined) return
        started.events.push({...event, object: presentSlice(event.object)})
        started.wake()
      }
      followWatch(connection, {path: path(kind, scope), since, signal: stop.signal, after, tell}).catch(error => {
        started.failure = error
        started.wake()
      })
    }
    following = started
    return started
  }

  async function changes(since: number, signal: AbortSignal, scope: Scope = 'node'): Promise<AgentChanges> {
    signal.throwIfAborted()
    const isOn = following?.mark === since && following.scope === scope
    const current = isOn && following ? following : follow(since, scope)
    if (current.events.length === 0 && current.failure === undefined) await woken(current, signal)
    if (current.failure !== undefined) {
      current.stop.abort()
      if (following === current) following = undefined
      throw current.failure
    }
    current.mark = Math.max(since, current.reached ?? since)
    return {revision: current.mark, changes: current.events.splice(0)}
  }

  /* Where others have a say in a pod's readiness, what they said since must not be lost. */
  const withOthers = async (pod: Pod, status: PodStatus): Promise<PodStatus> => {
    if (!pod.spec.readinessGates?.length) return status
    const found = await connection.call({method: 'GET', path: pathOf(pod)}).catch(() => undefined)
    return withForeignConditions(status, found?.status ?? status)
  }

  const sendStatus = (pod: Pod, status: PodStatus) =>
    persist(async () => {
      const body = [
        {op: 'test', path: '/metadata/uid', value: pod.metadata.uid},
        {op: 'add', path: '/status', value: await withOthers(pod, status)},
      ]
      const call = {method: 'PATCH', path: `${pathOf(pod)}/status`, type: 'application/json-patch+json', body} as const
      await connection.call(call).catch(error => passOver(error, connection, pod))
    }, untilDone)

  return {
    list: async (kind, scope = 'node') => {
      try {
        const all = await listAll(connection, kind, path(kind, scope))
        refusals.delete(kind)
        return all
      } catch (error) {
        if (isForbidden(error) && isForPolicies(kind, scope)) {
          if (kind !== 'Pod') refusals.add(kind)
          return {revision: 0, objects: [], refused: error.message}
        }
        const isOld = kind === 'EndpointSlice' && error instanceof ApiRefusal && error.status === 404
        if (!isOld || slices === olderSlices) throw error
        slices = olderSlices
        return listAll(connection, kind, slices)
      }
    },
    changes,
    follow: (kind, {namespace, name}, told, signal) =>
      followObject(connection, {
        ...{name, after},
        path: `/api/v1/namespaces/${namespace}/${followedPaths[kind]}`,
        type: {apiVersion: 'v1', kind},
        told: object => told(object as ObjectOf<typeof kind> | undefined),
        signal: AbortSignal.any([signal, life.signal]),
      }),
    requestToken: async ({metadata: {namespace, name, uid}, spec}, {audience, expirationSeconds}) => {
      const {serviceAccountName: account = 'default'} = spec
      const boundObjectRef = {kind: 'Pod', apiVersion: 'v1', name, uid}
      const audiences = audience ? [audience] : []
      const body = {
        kind: 'TokenRequest',
        apiVersion: 'authentication.k8s.io/v1',
        spec: {audiences, expirationSeconds: expirationSeconds ?? null, boundObjectRef},
      }
      const at = `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`
      const {status} = await connection.call({method: 'POST', path: at, body})
      return {token: status.token, expires: Date.parse(status.expirationTimestamp)}
    },
    updateStatus: latestStatus(sendStatus),
    record: events => recordEvents(connection, events),
    confirmDeletion: pod =>
      persist(async () => {
        const preconditions = {uid: pod.metadata.uid}
        const body = {kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0, preconditions}
        const call = {method: 'DELETE', path: pathOf(pod), body} as const
        await connection.call(call).catch(error => passOver(error, connection, pod))
      }, untilDone),
    renewLease: async (node, time) => {
      const lease = leaseOf(node, time)
      const place = `/apis/coordination.k8s.io/v1/namespaces/${lease.metadata.namespace}/leases`
      const renewal = {path: `${place}/${lease.metadata.name}`, body: {spec: {renewTime: time}}}
      await connection.call({method: 'PATCH', type: 'application/merge-patch+json', ...renewal}).catch(async error => {
        if (!(error instanceof ApiRefusal) || error.status !== 404) throw error
        await connection.call({method: 'POST', path: place, body: lease})
      })
    },
    reportConditions: async ({metadata}, conditions) => {
      const said = {path: `${paths.Node}/${metadata.name}/status`, body: {status: {conditions}}}
      await connection.call({method: 'PATCH', type: 'application/strategic-merge-patch+json', ...said})
    },
    close: () => {
      life.abort()
      following?.stop.abort()
    },
  }
}

const paths = {
  Pod: '/api/v1/pods',
  Service: '/api/v1/services',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices',
  Node: '/api/v1/nodes',
  NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies',
  Namespace: '/api/v1/namespaces',
} as const satisfies Record<AgentKind, string>

const agentKinds = Object.keys(paths) as readonly AgentKind[]

const followedPaths = {ConfigMap: 'configmaps', Secret: 'secrets'} as const satisfies Record<FollowedKind, string>

type Following = {
  /** What the caller knows already. */
  mark: number
  readonly scope: Scope
  reached?: number
  readonly stop: AbortController
  readonly events: WatchedEvent[]
  wake: () => void
  failure: unknown
}

/* A node does not need to read more than its own pods, and those of Services, for anything but NetworkPolicies. */
function isForPolicies(kind: AgentKind, scope: Scope): boolean {
  return kind === 'NetworkPolicy' || kind === 'Namespace' || (kind === 'Pod' && scope === 'cluster')
}

function isForbidden(error: unknown): error is ApiRefusal {
  return error instanceof ApiRefusal && error.status === 403
}

function woken(following: Following, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, {once: true})
    following.wake = () => {
      signal.removeEventListener('abort', abort)
      resolve()
    }
  })
}

/** A list comes in pages; its items do not say what they are. */
async function listAll<K extends AgentKind>(connection: Connection, kind: K, path: string): Promise<AgentList<K>> {
  const objects: ObjectOf<K>[] = []
  let next: string | undefined = ''
  let revision = 0
  while (next !== undefined) {
    const query = `limit=500${next && `&continue=${encodeURIComponent(next)}`}`
    const page = await connection.call({method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}${query}`})
    const type = {apiVersion: kinds[kind].apiVersions[0], kind}
    const found = (page.items ?? []).map((item: object) => presentSlice({...item, ...type} as unknown as KubeObjectAny))
    objects.push(...found)
    revision = Number(page.metadata.resourceVersion)
    next = page.metadata.continue || undefined
  }
  return {revision, objects}
}

/** What is said of a pod that is gone, or is another by now, is said to nobody. */
async function passOver(error: unknown, connection: Connection, pod: Pod): Promise<void> {
  if (!(error instanceof ApiRefusal) || ![404, 409, 422].includes(error.status)) throw error
  if (error.status === 404) return
  const found: KubeObjectAny | undefined = await connection
    .call({method: 'GET', path: pathOf(pod)})
    .catch((refusal: unknown) => {
      if (refusal instanceof ApiRefusal && refusal.status === 404) return undefined
      throw refusal
    })
  if (found?.metadata.uid === pod.metadata.uid) throw error
}

function onNode(node: string): string {
  return `fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`
}

function pathOf({metadata: {namespace, name}}: Pod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`
}
