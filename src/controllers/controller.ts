import type {KindName, KubeObjectAny} from '../objects/kinds.ts'
import type {Propagation} from '../store/deletion.ts'
import type {Change} from '../store/store.ts'
import type {View} from '../store/view.ts'

/**
 * A part of Kubernetes that makes the world what it is said to be. A change only tells it which keys to look at again; what
 * to write it decides from the world as it is now. So a change that is seen twice, late or with others does no harm, and
 * after any accident the same rules lead to the same end.
 */
export type Controller = {
  readonly name: string
  readonly watches: readonly KindName[]
  /** Whom a change concerns. The view already knows of it. */
  keysOf(change: Change, view: View): readonly Key[]
  /** What is to be written so that what the key names is right; nothing when it is. */
  reconcile(key: Key, view: View, context: Context): readonly Write[]
  /**
   * When to look at the key again though nothing changes, in milliseconds since 1970: where time alone makes a difference, as
   * for a pod that has to stay ready for a while before it counts.
   */
  due?(key: Key, view: View, now: number, since: number): number | undefined
  /**
   * It reads many objects for one key, so that looking anew at each of their changes would cost the square of their number. Changes
   * that follow closely on one that it has answered are looked at together.
   */
  readonly gathers?: true
}

/** What a controller works on at one time: usually an object, which may be gone. */
export type Key = {readonly kind: KindName; readonly namespace?: string | undefined; readonly name: string}

/** The time in milliseconds since 1970, numbers from 0 up to 1, and since when the controllers run: what was before, they have not seen. */
export type Context = {readonly now: number; readonly random: () => number; readonly since?: number}

/**
 * One thing to do to the store. An update and a deletion mean the object as it was seen, at its revision; `delete` lets it
 * go its kind's way, `remove` takes it out at once.
 */
export type Write =
  | {readonly do: 'create'; readonly object: KubeObjectAny}
  | {readonly do: 'update'; readonly object: KubeObjectAny}
  | {readonly do: 'delete'; readonly object: KubeObjectAny; readonly propagation?: Propagation}
  | {readonly do: 'remove'; readonly object: KubeObjectAny}

export function keyOf({kind, metadata: {namespace, name}}: KubeObjectAny): Key {
  return {kind, namespace, name}
}

/** The object as it was before the change and as it is after it, as far as there is one. */
export function sidesOf({type, object, before}: Change): readonly KubeObjectAny[] {
  return [...(before ? [before] : []), ...(type === 'DELETED' ? [] : [object])]
}
