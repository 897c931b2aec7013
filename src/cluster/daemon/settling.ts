import {complaintsOf} from '../../node/pods/complaints.ts'
import {isNodeReady} from '../../node/sign-of-life.ts'
import type {Pod} from '../../objects/pod.ts'
import {isFinished, isReady, isTerminating, podWord} from '../../objects/pod-status.ts'
import type {Store} from '../../store/store.ts'
import type {Cluster} from './cluster.ts'

/** Waits until all that the API calls for is done and every pod is ready but those excused; answers what is still missing at the deadline: nothing, when all is well. */
export async function waitUntilSettled(
  cluster: Cluster,
  excused: readonly string[],
  deadline: AbortSignal,
): Promise<readonly string[]> {
  const {store, agents, controllers} = cluster
  const announcers = cluster.announcer ? [cluster.announcer] : []
  while (!deadline.aborted) {
    const {revision} = store
    try {
      await controllers.idle()
      await Promise.all([...agents, ...announcers].map(one => one.caughtUp(store.revision, deadline)))
      if (store.revision !== revision) continue
      if (unready(cluster, excused).length === 0) return []
      await store.changed(revision, deadline)
    } catch (error) {
      if (!deadline.aborted) throw error
    }
  }
  return unready(cluster, excused)
}

/** The uids of pods that are not ready although nobody is about to start them: a change of something else need not wait for them. */
export function stuckPods(store: Store): readonly string[] {
  return unreadyPods(store)
    .filter(pod => !isComing(pod))
    .map(uidOf)
}

/** Says of those excused which are not ready still. */
export function notesOnExcused({store, agents}: Cluster, excused: readonly string[]): readonly string[] {
  return unreadyPods(store)
    .filter(pod => excused.includes(uidOf(pod)))
    .map(pod => `not ready before either: ${told(pod, agents)}`)
}

function unready({store, agents, outsiders}: Cluster, excused: readonly string[]): readonly string[] {
  const away = [...outsiders.pids.keys()]
    .filter(name => !isJoined(store, name))
    .map(name => `node ${name}: its agent has not joined`)
  const troubles = agents.flatMap(({name, troubles}) => troubles().map(text => `node ${name}: ${text}`))
  const pods = unreadyPods(store).filter(pod => !excused.includes(uidOf(pod)))
  return [...troubles, ...away, ...pods.map(pod => told(pod, agents))]
}

function unreadyPods(store: Store): readonly Pod[] {
  return store.list('Pod').filter(pod => !isReady(pod) && !isFinished(pod) && !isTerminating(pod))
}

function uidOf({metadata: {uid = ''}}: Pod): string {
  return uid
}

/* Its containers have not begun, and nothing says that they cannot. */
function isComing(pod: Pod): boolean {
  const word = podWord(pod)
  const isUnplaced = pod.status?.conditions?.some(({type, status}) => type === 'PodScheduled' && status === 'False')
  return ['Pending', 'ContainerCreating', 'PodInitializing'].includes(word) ? !isUnplaced : /^Init:\d/.test(word)
}

function told(pod: Pod, agents: Cluster['agents']): string {
  const {namespace, name} = pod.metadata
  return `pod ${namespace}/${name}: ${[podWord(pod), ...complaints(pod, agents)].join('; ')}`
}

function isJoined(store: Store, name: string): boolean {
  const node = store.get('Node', {name})
  return node !== undefined && isNodeReady(node)
}

function complaints({metadata: {uid}}: Pod, agents: Cluster['agents']): readonly string[] {
  const life = agents.flatMap(agent => agent.lives()).find(({pod}) => pod.metadata.uid === uid)
  return life ? complaintsOf(life) : []
}
