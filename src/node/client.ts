import type {Condition} from '../objects/condition.ts'
import type {Event} from '../objects/event.ts'
import type {KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import type {Node} from '../objects/node.ts'
import type {Pod, PodStatus} from '../objects/pod.ts'

/** What an agent reads and writes: the Kubernetes API, and nothing else of the cluster. */
export type AgentClient = {
  /** What there is of a kind; of Pods, in the scope of a node, at least the node's own. */
  list<K extends AgentKind>(kind: K, scope?: Scope): Promise<AgentList<K>>
  /** Resolves with the changes after a revision, once there is one. In the scope of a node those of others may be left out. */
  changes(since: number, signal: AbortSignal, scope?: Scope): Promise<AgentChanges>
  /**
   * Tells what an object is now, before it resolves, and until the signal what it becomes; undefined while there is none. So a node
   * learns of those ConfigMaps and Secrets that its own pods name, and of no others.
   */
  follow<K extends FollowedKind>(
    kind: K,
    name: {readonly namespace: string; readonly name: string},
    told: (object: ObjectOf<K> | undefined) => void,
    signal: AbortSignal,
  ): Promise<void>
  /** A token of a pod's service account, bound to the pod; throws in the API server's words when there is no such account. */
  requestToken(pod: Pod, wish: TokenRequest): Promise<Token>
  /** Replaces a pod's status; nothing happens when the pod is gone or is another of the same name. */
  updateStatus(pod: Pod, status: PodStatus): Promise<void>
  /**
   * Writes what happened, in order: an event takes the place of the one with its name. Those of a namespace that is gone or going
   * are passed over.
   */
  record(events: readonly Event[]): Promise<void>
  /** Takes a terminated pod out of the API for good. */
  confirmDeletion(pod: Pod): Promise<void>
  /** Says that a node is alive, at a time in microseconds: renews its Lease, or makes it. Fails when the API is away: later is another time. */
  renewLease(node: Node, time: string): Promise<void>
  /** Says anew what a node's conditions of these types are; the others stay. Fails as `renewLease` does. */
  reportConditions(node: Node, conditions: readonly Condition[]): Promise<void>
}

/** What a token is to be good for, the API server itself if nothing is said, and how long. */
export type TokenRequest = {readonly audience?: string; readonly expirationSeconds?: number}

/** A token, and when it ends, in ms since 1970. */
export type Token = {readonly token: string; readonly expires: number}

/** What pods are given by name. */
export type FollowedKind = 'ConfigMap' | 'Secret'

export type AgentKind = 'Pod' | 'Service' | 'EndpointSlice' | 'Node' | 'NetworkPolicy' | 'Namespace'

/** How much a node wants to know: what concerns itself, or, for the sake of NetworkPolicies, all Pods and Namespaces. */
export type Scope = 'node' | 'cluster'

export type AgentList<K extends AgentKind> = {
  readonly revision: number
  readonly objects: readonly ObjectOf<K>[]
  /** The API server's words, where a node may not read what only NetworkPolicies need. */
  readonly refused?: string
}

export type AgentChanges = {
  readonly revision: number
  readonly changes: readonly {readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObjectAny}[]
}
