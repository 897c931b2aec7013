import {type KubeObjectAny, qualifiedKind, resourceName} from '../objects/kinds.ts'
import {born, saysNothingNew, succeeding} from './stamp.ts'
import type {Expected, Store} from './store.ts'
import {alreadyExists, conflict, modified, notFound, otherUid} from './store-error.ts'

/** What a store would do, without doing it: for `--dry-run=server`. It throws what the store would throw. */
export function rehearseCreate<T extends KubeObjectAny>(store: Store, object: T, at: {time: number; uid: string}): T {
  if (store.get(object.kind, object.metadata)) throw alreadyExists(resourceName(object.kind), object.metadata.name)
  const {resourceVersion: _none, ...metadata} = born(object, {...at, revision: store.revision}).metadata
  return {...object, metadata}
}

export function rehearseUpdate<T extends KubeObjectAny>(store: Store, object: T): T {
  const plural = resourceName(object.kind)
  const before: KubeObjectAny | undefined = store.get(object.kind, object.metadata)
  if (before === undefined) throw notFound(plural, object.metadata.name)
  checkPreconditions(before, {expected: object.metadata})
  return saysNothingNew(object, before) ? (before as T) : succeeding(object, before, store.revision)
}

/** The same for a deletion, which the API server refuses in other words. */
export function checkDeletion({kind, metadata}: KubeObjectAny, {expected = {}}: {expected?: Expected}): void {
  const {uid, resourceVersion} = expected
  const refuse = (what: string, said: string, is: string | undefined, why: string) =>
    conflict(
      qualifiedKind(kind),
      metadata.name,
      `the ${what} in the precondition (${said}) does not match the ${what} in record (${is}). The object might have been ${why}`,
    )
  if (uid && uid !== metadata.uid) throw refuse('UID', uid, metadata.uid, 'deleted and then recreated')
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    throw refuse('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified')
}

/** Throws conflict when the object is another one, or in another state, than a client relies on. */
export function checkPreconditions({kind, metadata}: KubeObjectAny, {expected = {}}: {expected?: Expected}): void {
  const plural = resourceName(kind)
  const {uid, resourceVersion} = expected
  if (uid && uid !== metadata.uid) throw otherUid(plural, metadata.name, uid, metadata.uid)
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) throw modified(plural, metadata.name)
}
