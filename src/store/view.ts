import type {KindName, KubeObjectAny, ObjectOf} from '../objects/kinds.ts'
import {matches, type Selector} from '../objects/selector.ts'
import {type Indexed, type IndexName, indexes, keysFor} from './indexes.ts'
import type {Change, ObjectKey} from './store.ts'

/** The world as it is at one moment, for reading, with ways to find things. */
export type View = {
  get<K extends KindName>(kind: K, key: ObjectKey): ObjectOf<K> | undefined
  /** In no particular order. */
  all<K extends KindName>(kind: K): readonly ObjectOf<K>[]
  /** What stands under a word of an index, in no particular order. */
  find<I extends IndexName>(index: I, word: string): readonly Indexed<I>[]
  /** How much `find` would find, at no cost. */
  count(index: IndexName, word: string): number
}

/** The pods of a namespace that a selector selects, looked for under its rarest label. */
export function selectPods(view: View, namespace: string, selector: Selector): readonly ObjectOf<'Pod'>[] {
  return selectUnder('podsByLabel', view, namespace, selector)
}

/** As `selectPods`, for what an index of labels holds. */
export function selectUnder<I extends 'podsByLabel' | 'orphans'>(
  index: I,
  view: View,
  namespace: string,
  selector: Selector,
): readonly Indexed<I>[] {
  const words = keysFor(namespace, selector)
  const rarest = words.reduce((best, word) => (view.count(index, word) < view.count(index, best) ? word : best))
  const found: readonly KubeObjectAny[] = view.find(index, rarest)
  return found.filter(({metadata}) => matches(selector, metadata.labels)) as unknown as readonly Indexed<I>[]
}

/** A view that changes are told to, one after the other. */
export class LiveView implements View {
  readonly #objects = new Map<KindName, Map<string, KubeObjectAny>>()
  readonly #indexes = new Map<IndexName, Map<string, Map<string, KubeObjectAny>>>()

  get<K extends KindName>(kind: K, key: ObjectKey): ObjectOf<K> | undefined {
    return this.#objects.get(kind)?.get(pathOf(key)) as ObjectOf<K> | undefined
  }

  all<K extends KindName>(kind: K): readonly ObjectOf<K>[] {
    return [...(this.#objects.get(kind)?.values() ?? [])] as unknown as readonly ObjectOf<K>[]
  }

  find<I extends IndexName>(index: I, word: string): readonly Indexed<I>[] {
    return [...(this.#indexes.get(index)?.get(word)?.values() ?? [])] as unknown as readonly Indexed<I>[]
  }

  count(index: IndexName, word: string): number {
    return this.#indexes.get(index)?.get(word)?.size ?? 0
  }

  tell({type, object}: Change): void {
    const shelf = entry(this.#objects, object.kind)
    const path = pathOf(object.metadata)
    const before = shelf.get(path)
    if (type === 'DELETED') shelf.delete(path)
    else shelf.set(path, object)
    this.#index(before, type === 'DELETED' ? undefined : object)
  }

  #index(before: KubeObjectAny | undefined, after: KubeObjectAny | undefined): void {
    const kind = (after ?? before)?.kind
    if (kind === undefined) return
    for (const name of indexesOf(kind)) {
      const words = entry(this.#indexes, name)
      const keysOf = indexes[name].keysOf as (object: KubeObjectAny) => readonly string[]
      if (before) for (const word of keysOf(before)) forget(words, word, idOf(before))
      if (after) for (const word of keysOf(after)) entry(words, word).set(idOf(after), after)
    }
  }
}

function indexesOf(kind: KindName): readonly IndexName[] {
  const known = indexesByKind.get(kind)
  if (known) return known
  const names = (Object.keys(indexes) as IndexName[]).filter(name => (indexes[name].kinds as KindName[]).includes(kind))
  indexesByKind.set(kind, names)
  return names
}

const indexesByKind = new Map<KindName, readonly IndexName[]>()

function entry<K, I, V>(maps: Map<K, Map<I, V>>, key: K): Map<I, V> {
  const map = maps.get(key) ?? new Map<I, V>()
  maps.set(key, map)
  return map
}

/** Empty shelves are taken down, so that a long life leaves nothing behind. */
function forget(words: Map<string, Map<string, KubeObjectAny>>, word: string, id: string): void {
  const found = words.get(word)
  found?.delete(id)
  if (found?.size === 0) words.delete(word)
}

function pathOf({namespace = '', name}: ObjectKey): string {
  return `${namespace}/${name}`
}

function idOf({kind, metadata}: KubeObjectAny): string {
  return `${kind}/${pathOf(metadata)}`
}
