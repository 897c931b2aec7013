import type {KindName, KubeObjectAny} from '../../objects/kinds.ts'
import type {Store} from '../../store/store.ts'

/**
 * All objects of a kind as they were at a revision, in the order of namespaces and names: the present ones with every change since taken
 * back. Throws compacted when the store does not remember that far back, and future.
 */
export function listAt(store: Store, kind: KindName, revision: number): readonly KubeObjectAny[] {
  const now: readonly KubeObjectAny[] = store.list(kind)
  const since = store.changes(revision).filter(({object}) => object.kind === kind)
  if (since.length === 0) return now
  const objects = new Map(now.map(object => [pathOf(object), object]))
  for (const {object, before} of since.toReversed()) {
    if (before === undefined) objects.delete(pathOf(object))
    else objects.set(pathOf(before), before)
  }
  return [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object)
}

/** What objects are ordered by. */
export function pathOf({metadata: {namespace = '', name}}: KubeObjectAny): string {
  return `${namespace}/${name}`
}
