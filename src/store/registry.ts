import type {Cidr} from '../net/cidr.ts'
import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kindNamed, kinds} from '../objects/kinds.ts'
import type {ObjectRef} from '../objects/kube-object.ts'
import {parseSelector} from '../objects/selector.ts'
import {admit, admitUpdate} from './admission.ts'
import {follow} from './follow.ts'
import {RequestError} from './request-error.ts'
import type {ObjectKey, Store} from './store.ts'
import {notFound} from './store-error.ts'

/**
 * The verbs that people use on objects, for those who speak to the cluster from inside its own process. All throw
 * ObjectError (invalid), RequestError (forbidden, badRequest), StoreError (notFound, alreadyExists, conflict) or
 * UnknownKindError, with Kubernetes' messages.
 */
export type Registry = {
  create<T extends KubeObjectAny>(object: T): T
  /** Creates what is missing and brings the rest to what is said; one after the other, up to the first that is refused. */
  apply(objects: readonly KubeObjectAny[]): readonly Applied[]
  /** One by name, or all that a selector selects. A pod goes when its node has stopped it. Says which were deleted. */
  delete(what: Deletable): readonly ObjectRef[]
  scale(ref: ObjectRef, replicas: number): void
}

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
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly random: () => number
}

export function registry({store, serviceRange, now, random}: RegistryOptions): Registry {
  const followed = follow(store)

  const allocation = () => {
    followed.catchUp()
    return {view: followed.view, serviceRange, random}
  }

  function create<T extends KubeObjectAny>(object: T): T {
    return store.create(admit(object, allocation()))
  }

  function apply(object: KubeObjectAny): Applied {
    const before = object.metadata.name ? store.get(object.kind, object.metadata) : undefined
    if (before === undefined) return {ref: refOf(create(object)), did: 'created'}
    const after = store.update(admitUpdate<KubeObjectAny>(object, before, allocation()))
    return {ref: refOf(after), did: after === before ? 'unchanged' : 'configured'}
  }

  return {
    create,
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
export function deleteObject(
  store: Store,
  object: KubeObjectAny,
  deletion: {now: number; graceSeconds?: number},
): void {
  refuseProtected(object)
  const kind: Kind = kinds[object.kind]
  const terminating = kind.terminating?.(object, deletion)
  if (terminating === undefined) store.delete(object.kind, object.metadata, {uid: object.metadata.uid})
  else store.update(terminating as KubeObjectAny)
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
  if (object === undefined) throw notFound(kinds[kind].plural, key.name)
  return object
}

function keyOf(kind: KindName, {namespace = 'default', name}: {namespace?: string; name: string}): ObjectKey {
  return kinds[kind].namespaced ? {namespace, name} : {name}
}

function graceOf({graceSeconds}: Deletable): {graceSeconds?: number} {
  return graceSeconds === undefined ? {} : {graceSeconds}
}

const protectedNamespaces = ['default', 'kube-system', 'kube-public']

function refuseProtected({kind, metadata: {name}}: KubeObjectAny): void {
  if (kind === 'Namespace' && protectedNamespaces.includes(name))
    throw new RequestError('forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`)
}
