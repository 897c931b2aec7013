import type {KindName, KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import {matches} from '../objects/selector.ts'
import type {Change, ListFilter, Store} from './store.ts'

/** What a watcher is told, as the API server's watch streams tell it. */
export type WatchEvent<K extends KindName = KindName> = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: ObjectOf<K>
}

export type WatchOptions<K extends KindName> = ListFilter & {
  readonly kind: K
  /** Everything after this revision is told: usually the revision at which one has listed. */
  readonly since: number
  readonly signal: AbortSignal
}

/**
 * Every change of a kind after a revision, in order and without loss, until the signal. There is no queue that could
 * overflow: a watcher remembers how far it has read the store's history, so a slow one costs nothing, and one that is
 * slower than the history is long is told `compacted`. With a selector, an object that comes to match is ADDED and one that
 * ceases to match is DELETED.
 */
export async function* watch<K extends KindName>(
  store: Store,
  options: WatchOptions<K>,
): AsyncGenerator<WatchEvent<K>> {
  const {signal} = options
  let read = options.since
  while (!signal.aborted) {
    for (const change of store.changes(read)) {
      const event = eventOf(change, options)
      if (event !== undefined) yield event
      if (signal.aborted) return
      read = change.revision
    }
    await store.changed(read, signal).catch(error => {
      if (!signal.aborted) throw error
    })
  }
}

function eventOf<K extends KindName>(
  change: Change,
  {kind, namespace, selector}: WatchOptions<K>,
): WatchEvent<K> | undefined {
  const {object, before} = change
  if (object.kind !== kind || (namespace !== undefined && object.metadata.namespace !== namespace)) return undefined
  const selected = (one: KubeObjectAny | undefined) =>
    one !== undefined && (selector === undefined || matches(selector, one.metadata.labels))
  const was = selected(before)
  const is = change.type !== 'DELETED' && selected(object)
  if (!was && !is) return undefined
  return {type: is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED', object: object as ObjectOf<K>}
}
