import type {AgentChanges, AgentClient, AgentKind} from '../../node/client.ts'
import type {KubeObjectAny, ObjectOf} from '../../objects/kinds.ts'
import type {Pod} from '../../objects/pod.ts'
import {ApiRefusal, type Connection} from './connection.ts'
import {followWatch, type WatchedEvent} from './watch-stream.ts'

/** The agents' way to the API when it is somewhere else: Kubernetes' own HTTP, and nothing that only podlab's server has. */
export type HttpClient = AgentClient & {
  /** Ends the watches. The connection stays. */
  close(): void
}

export type HttpClientOptions = {
  readonly connection: Connection
  /** Only this node's pods are asked for. */
  readonly node?: string
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

/**
 * Each kind has a watch of its own, as the API offers no other. What they tell is handed on together, in the order in which it came; the
 * revision that goes with it is a mark for the next question, from which all go on where each of them is.
 */
export function httpClient({connection, node, after}: HttpClientOptions): HttpClient {
  const path = (kind: AgentKind) => (kind === 'Pod' && node ? `${paths.Pod}?${onNode(node)}` : paths[kind])
  let following: Following | undefined

  function follow(since: number): Following {
    following?.stop.abort()
    const stop = new AbortController()
    const started: Following = {mark: since, stop, events: [], wake: () => undefined, failure: undefined}
    for (const kind of Object.keys(paths) as AgentKind[]) {
      const tell = (event: WatchedEvent | undefined, revision: number) => {
        started.reached = Math.max(started.reached ?? since, revision)
        if (event === undefined) return
        started.events.push(event)
        started.wake()
      }
      followWatch(connection, {path: path(kind), since, signal: stop.signal, after, tell}).catch(error => {
        started.failure = error
        started.wake()
      })
    }
    following = started
    return started
  }

  async function changes(since: number, signal: AbortSignal): Promise<AgentChanges> {
    signal.throwIfAborted()
    const current = following?.mark === since ? following : follow(since)
    if (current.events.length === 0 && current.failure === undefined) await woken(current, signal)
    if (current.failure !== undefined) {
      current.stop.abort()
      if (following === current) following = undefined
      throw current.failure
    }
    current.mark = Math.max(since, current.reached ?? since)
    return {revision: current.mark, changes: current.events.splice(0)}
  }

  return {
    list: kind => listAll(connection, kind, path(kind)),
    changes,
    updateStatus: async (pod, status) => {
      const patch = [
        {op: 'test', path: '/metadata/uid', value: pod.metadata.uid},
        {op: 'add', path: '/status', value: status},
      ]
      const call = {method: 'PATCH', path: `${pathOf(pod)}/status`, body: patch} as const
      await connection
        .call({...call, type: 'application/json-patch+json'})
        .catch(async error => passOver(error, connection, pod))
    },
    confirmDeletion: async pod => {
      const body = {kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0}
      const preconditions = {uid: pod.metadata.uid}
      await connection
        .call({method: 'DELETE', path: pathOf(pod), body: {...body, preconditions}})
        .catch(async error => passOver(error, connection, pod))
    },
    close: () => following?.stop.abort(),
  }
}

const paths = {
  Pod: '/api/v1/pods',
  Service: '/api/v1/services',
  Endpoints: '/api/v1/endpoints',
  Node: '/api/v1/nodes',
} as const satisfies Record<AgentKind, string>

type Following = {
  /** What the caller knows already. */
  mark: number
  reached?: number
  readonly stop: AbortController
  readonly events: WatchedEvent[]
  wake: () => void
  failure: unknown
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
async function listAll<K extends AgentKind>(
  connection: Connection,
  kind: K,
  path: string,
): Promise<{revision: number; objects: readonly ObjectOf<K>[]}> {
  const objects: ObjectOf<K>[] = []
  let next: string | undefined = ''
  let revision = 0
  while (next !== undefined) {
    const query = `limit=500${next && `&continue=${encodeURIComponent(next)}`}`
    const page = await connection.call({method: 'GET', path: `${path}${path.includes('?') ? '&' : '?'}${query}`})
    objects.push(...(page.items ?? []).map((item: object) => ({...item, apiVersion: 'v1', kind})))
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
