import {randomUUID} from 'node:crypto'
import type {Cidr} from '../net/cidr.ts'
import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kindNamed, kinds, resourceName} from '../objects/kinds.ts'
import type {ObjectRef} from '../objects/kube-object.ts'
import {parseSelector} from '../objects/selector.ts'
import {admit, admitReplacement, admitStatus, admitUpdate} from './admission.ts'
import {type DeletionRequest, deleted, isReleased} from './deletion.ts'
import {follow} from './follow.ts'
import {checkDeletion, rehearseCreate, rehearseUpdate} from './rehearse.ts'
import {RequestError} from './request-error.ts'
import type {ObjectKey, Store} from './store.ts'
import {notFound} from './store-error.ts'

/**
 * The verbs that people use on objects, for those who speak to the cluster from inside its own process. All throw
 * ObjectError (invalid), RequestError (forbidden, badRequest), StoreError (notFound, alreadyExists, conflict) or
 * UnknownKindError, with Kubernetes' messages.
 */
export type Registry = {
  create<T extends KubeObjectAny>(object: T, options?: WriteOptions): T
  /**
   * Puts an object that a client has sent whole in the place of the one with its name; of part `status`, only that. One that is going
   * away and is held up by nobody any more is gone with it.
   */
  replace<T extends KubeObjectAny>(object: T, options?: WriteOptions & {readonly part?: 'all' | 'status'}): T
  /** Begins or ends the deletion of one object. Answers it as it is then, or as it was. */
  remove(kind: KindName, key: ObjectKey, request?: DeletionRequest & WriteOptions): Removed
  /** Creates what is missing and brings the rest to what is said; one after the other, up to the first that is refused. */
  apply(objects: readonly KubeObjectAny[]): readonly Applied[]
  /** One by name, or all that a selector selects. A pod goes when its node has stopped it. Says which were deleted. */
  delete(what: Deletable): readonly ObjectRef[]
  scale(ref: ObjectRef, replicas: number): void
}

/** `dryRun`: all that would be done is checked and answered, and nothing is stored. */
export type WriteOptions = {readonly dryRun?: boolean}

/** An object whose deletion has begun or, `gone`, ended. */
export type Removed = {readonly object: KubeObjectAny; readonly gone: boolean}

export type Applied = {readonly ref: ObjectRef; readonly did: 'created' | 'configured' | 'unchanged'}

/** What to delete; `kind` in any of its words. Without `namespace`, in `default`. */
export type Deletable = {
  readonly kind: string
  readonly namespace?: string
  readonly name?: string
  readonly selector?: string
  readonly graceSeconds?: number
}

export type RegistryOptions = {
  readonly store: Store
  readonly serviceRange: Cidr
  /** In a dual-stack cluster. */
  readonly serviceRange6?: Cidr | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: () => number
}

export function registry({store, serviceRange, serviceRange6, now, random}: RegistryOptions): Registry {
  const followed = follow(store)

  const allocation = () => {
    followed.catchUp()
    return {view: followed.view, serviceRange, serviceRange6, random}
  }

  function create<T extends KubeObjectAny>(object: T, {dryRun = false}: WriteOptions = {}): T {
    const admitted = admit(object, allocation())
    return dryRun ? rehearseCreate(store, admitted, {time: now(), uid: randomUUID()}) : store.create(admitted)
  }

  function replace<T extends KubeObjectAny>(
    object: T,
    {dryRun = false, part = 'all'}: WriteOptions & {part?: 'all' | 'status'} = {},
  ): T {
    const before = existing(store, object.kind, object.metadata) as T
    const after = part === 'status' ? admitStatus(object, before) : admitReplacement(object, before, allocation())
    if (dryRun) return rehearseUpdate(store, after)
    return updateObject(store, after)
  }

  function apply(object: KubeObjectAny): Applied {
    const before = object.metadata.name ? store.get(object.kind, object.metadata) : undefined
    if (before === undefined) return {ref: refOf(create(object)), did: 'created'}
    const after = store.update(admitUpdate<KubeObjectAny>(object, before, allocation()))
    return {ref: refOf(after), did: after === before ? 'unchanged' : 'configured'}
  }

  return {
    create,
    replace,
    remove: (kind, key, {dryRun = false, ...request} = {}) => {
      const object = existing(store, kind, key)
      checkDeletion(object, request)
      const after = deleted(object, {...request, now: now()})
      if (dryRun) return {object: after ?? object, gone: after === undefined}
      return carryOut(store, object, after)
    },
    apply: objects => objects.map(apply),
    delete: what => {
      const chosen = choose(store, what)
      for (const object of chosen) deleteObject(store, object, {now: now(), ...graceOf(what)})
      return chosen.map(refOf)
    },
    scale: (ref, replicas) => {
      const kind = kindNamed(ref.kind)
      const object = existing(store, kind, keyOf(kind, ref))
      const {scaled, plural}: Kind = kinds[kind]
      if (scaled === undefined) throw new RequestError('badRequest', `${plural} have no replicas and cannot be scaled`)
      store.update(admitUpdate(scaled(object, replicas) as KubeObjectAny, object, allocation()))
    },
  }
}

/** Begins the deletion of an object, or ends it where nobody has to be waited for. */
export function deleteObject(store: Store, object: KubeObjectAny, deletion: DeletionRequest & {now: number}): void {
  carryOut(store, object, deleted(object, deletion))
}

/** Updates an object; one that is going away and that this was the last to hold up is gone with it. */
export function updateObject<T extends KubeObjectAny>(store: Store, object: T): T {
  const stored = store.update(object)
  if (isReleased(stored)) return store.delete(stored.kind, stored.metadata, {uid: stored.metadata.uid}) as T
  return stored
}

function carryOut(store: Store, object: KubeObjectAny, after: KubeObjectAny | undefined): Removed {
  if (after !== undefined) return {object: store.update(after), gone: false}
  return {object: store.delete(object.kind, object.metadata, {uid: object.metadata.uid}), gone: true}
}

/** `{kind, namespace, name}` of an object. */
export function refOf({kind, metadata: {name, namespace}}: KubeObjectAny): ObjectRef {
  return {kind, ...(namespace !== undefined && {namespace}), name}
}

function choose(store: Store, {kind: word, namespace, name, selector}: Deletable): readonly KubeObjectAny[] {
  const kind = kindNamed(word)
  if (name !== undefined) return [existing(store, kind, keyOf(kind, {name, ...(namespace && {namespace})}))]
  if (selector === undefined)
    throw new RequestError('badRequest', `which ${kinds[kind].plural} to delete? Give a name or a selector`)
  const place = keyOf(kind, {name: '', ...(namespace && {namespace})}).namespace
  return store.list(kind, {namespace: place, selector: parseSelector(selector)})
}

function existing(store: Store, kind: KindName, key: ObjectKey): KubeObjectAny {
  const object = store.get(kind, key)
  if (object === undefined) throw notFound(resourceName(kind), key.name)
  return object
}

function keyOf(kind: KindName, {namespace = 'default', name}: {namespace?: string; name: string}): ObjectKey {
  return kinds[kind].namespaced ? {namespace, name} : {name}
}

function graceOf({graceSeconds}: Deletable): {graceSeconds?: number} {
  return graceSeconds === undefined ? {} : {graceSeconds}
}
