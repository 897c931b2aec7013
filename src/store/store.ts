import type {KindName, KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import type {Selector} from '../objects/selector.ts'

/**
 * Objects over time. One counter, the revision, numbers every change of any object; an object carries the number of its
 * last change as `resourceVersion`. Whoever knows the world at a revision can ask for what changed since, and so never
 * misses and never repeats anything: this is what `kubectl get --watch` and every controller live on.
 *
 * The store lives in this process, so reads and writes are synchronous, and a write is in the history when it returns.
 * Objects handed in and out are shared and never changed: make a new one.
 */
export type Store = {
  /** The number of the last change. */
  readonly revision: number
  get<K extends KindName>(kind: K, key: ObjectKey): ObjectOf<K> | undefined
  /** In the order of namespaces and names. */
  list<K extends KindName>(kind: K, filter?: ListFilter): readonly ObjectOf<K>[]
  /** Sets uid, creationTimestamp, resourceVersion and, where the kind counts them, generation. Throws alreadyExists. */
  create<T extends KubeObjectAny>(object: T): T
  /**
   * Puts the object in the place of the one with its name. A resourceVersion or uid in it must be the present one. An
   * update that changes nothing is none: the revision stays. Throws notFound or conflict.
   */
  update<T extends KubeObjectAny>(object: T): T
  /** Takes the object out at once; graceful deletion is decided above. Throws notFound or conflict. */
  delete<K extends KindName>(kind: K, key: ObjectKey, expected?: Expected): ObjectOf<K>
  /** The changes after a revision, oldest first. Throws compacted or future. */
  changes(since: number): readonly Change[]
  /** Resolves with the revision once it is greater than `since`; rejects with the signal's reason. */
  changed(since: number, signal: AbortSignal): Promise<number>
}

/** `namespace` for kinds that live in one. */
export type ObjectKey = {readonly namespace?: string | undefined; readonly name: string}

export type ListFilter = {readonly namespace?: string | undefined; readonly selector?: Selector | undefined}

/** What a deletion relies on: the object's revision, or that it is still the same object. */
export type Expected = {readonly resourceVersion?: string | undefined; readonly uid?: string | undefined}

/** One change; a deleted object carries the revision of its deletion. `before` is the object as it was. */
export type Change = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  readonly object: KubeObjectAny
  readonly before?: KubeObjectAny
}
