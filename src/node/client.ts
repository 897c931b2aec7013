import type {KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import type {Pod, PodStatus} from '../objects/pod.ts'

/** What an agent reads and writes: the Kubernetes API, and nothing else of the cluster. */
export type AgentClient = {
  list<K extends AgentKind>(kind: K): Promise<{readonly revision: number; readonly objects: readonly ObjectOf<K>[]}>
  /** Resolves with the changes after a revision, once there is one. */
  changes(since: number, signal: AbortSignal): Promise<AgentChanges>
  /** Replaces a pod's status; nothing happens when the pod is gone or is another of the same name. */
  updateStatus(pod: Pod, status: PodStatus): Promise<void>
  /** Takes a terminated pod out of the API for good. */
  confirmDeletion(pod: Pod): Promise<void>
}

export type AgentKind = 'Pod' | 'Service' | 'Endpoints' | 'Node'

export type AgentChanges = {
  readonly revision: number
  readonly changes: readonly {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObjectAny}[]
}
