import {type KindName, type KubeObjectAny, type ObjectOf, resourceName} from '../objects/kinds.ts'
import {matches} from '../objects/selector.ts'
import {History} from './history.ts'
import type {Journal} from './journal.ts'
import {born, saysNothingNew, succeeding} from './stamp.ts'
import type {Change, Expected, ListFilter, ObjectKey, Store} from './store.ts'
import {alreadyExists, modified, notFound, otherUid} from './store-error.ts'

/** Where a store's time and identities come from, how much it remembers, and the revision that it starts with. */
export type StoreOptions = {
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly uid: () => string
  /** At least so many changes are remembered for watchers. */
  readonly historyLimit?: number
  readonly firstRevision?: number
}

/** A store that lives as long as its process; with a journal, what it holds lives on there. */
export function memoryStore(
  {clock, uid, historyLimit = 10_000, firstRevision = 0}: StoreOptions,
  journal?: Journal,
): Store {
  const {forgotten, objects, changes} = journal?.begin ?? {forgotten: firstRevision, objects: [], changes: []}
  const history = new History({forgotten, changes, limit: historyLimit, forget: journal?.forget})
  const shelves = new Map<KindName, Shelf>()

  const shelfOf = (kind: KindName): Shelf => {
    const shelf = shelves.get(kind) ?? new Shelf()
    shelves.set(kind, shelf)
    return shelf
  }
  const existing = (kind: KindName, key: ObjectKey, expected: Expected): KubeObjectAny => {
    const object = shelfOf(kind).get(key)
    if (object === undefined) throw notFound(resourceName(kind), key.name)
    checkExpected(object, expected)
    return object
  }
  /* What the journal refuses has not happened. */
  const happen = (change: Change, put: () => void): void => {
    journal?.write(change)
    put()
    history.add(change)
  }
  for (const object of objects) shelfOf(object.kind).put(object)

  return {
    get revision() {
      return history.revision
    },
    get: <K extends KindName>(kind: K, key: ObjectKey) => shelfOf(kind).get(key) as ObjectOf<K> | undefined,
    list: <K extends KindName>(kind: K, filter: ListFilter = {}) =>
      shelfOf(kind)
        .inOrder()
        .filter(object => passes(object, filter)) as unknown as readonly ObjectOf<K>[],
    create: object => {
      const shelf = shelfOf(object.kind)
      if (shelf.get(object.metadata)) throw alreadyExists(resourceName(object.kind), object.metadata.name)
      const stored = born(object, {revision: history.revision + 1, time: clock(), uid: uid()})
      happen({type: 'ADDED', revision: history.revision + 1, object: stored}, () => shelf.put(stored))
      return stored
    },
    update: <T extends KubeObjectAny>(object: T) => {
      const before = existing(object.kind, object.metadata, object.metadata)
      if (saysNothingNew(object, before)) return before as T
      const stored = succeeding(object, before, history.revision + 1)
      const change: Change = {type: 'MODIFIED', revision: history.revision + 1, object: stored, before}
      happen(change, () => shelfOf(object.kind).put(stored))
      return stored
    },
    delete: <K extends KindName>(kind: K, key: ObjectKey, expected: Expected = {}) => {
      const before = existing(kind, key, expected)
      const revision = history.revision + 1
      const object: KubeObjectAny = {...before, metadata: {...before.metadata, resourceVersion: `${revision}`}}
      happen({type: 'DELETED', revision, object, before}, () => shelfOf(kind).take(key))
      return object as ObjectOf<K>
    },
    changes: since => history.since(since),
    changed: (since, signal) => history.changed(since, signal),
  }
}

/** The objects of one kind. The order is worked out when somebody lists and kept until a name comes or goes. */
class Shelf {
  readonly #objects = new Map<string, KubeObjectAny>()
  #order: string[] | undefined

  get(key: ObjectKey): KubeObjectAny | undefined {
    return this.#objects.get(pathOf(key))
  }

  put(object: KubeObjectAny): void {
    const path = pathOf(object.metadata)
    if (!this.#objects.has(path)) this.#order = undefined
    this.#objects.set(path, object)
  }

  take(key: ObjectKey): void {
    this.#objects.delete(pathOf(key))
    this.#order = undefined
  }

  inOrder(): KubeObjectAny[] {
    this.#order ??= [...this.#objects.keys()].sort()
    return this.#order.flatMap(path => this.#objects.get(path) ?? [])
  }
}

function pathOf({namespace = '', name}: ObjectKey): string {
  return `${namespace}/${name}`
}

function passes({metadata}: KubeObjectAny, {namespace, selector}: ListFilter): boolean {
  const inside = namespace === undefined || metadata.namespace === namespace
  return inside && (selector === undefined || matches(selector, metadata.labels))
}

function checkExpected({kind, metadata}: KubeObjectAny, {resourceVersion, uid}: Expected): void {
  const plural = resourceName(kind)
  if (uid && uid !== metadata.uid) throw otherUid(plural, metadata.name, uid, metadata.uid)
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw modified(plural, metadata.name)
}
