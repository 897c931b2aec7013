import {equal} from '../objects/equal.ts'
import {isKindName, type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {OwnerReference} from '../objects/kube-object.ts'
import {foregroundDeletion, orphan, type Propagation} from '../store/deletion.ts'
import type {View} from '../store/view.ts'
import {type Controller, keyOf, type Write} from './controller.ts'

/**
 * Clears away what belonged to something that is gone. Deleting a replica set deletes just that object; its pods carry its
 * uid as their owner's, and go because no object has that uid any more. Two finalizers turn that round: with `foregroundDeletion` an owner stays
 * until its dependents are gone, with `orphan` until they have been told that they have no owner.
 */
export const garbageCollector: Controller = {
  name: 'garbage',
  watches: Object.keys(kinds) as KindName[],
  keysOf: ({type, object, before}, view) => {
    const waiting = ownersThatWait(object, view)
    if (type === 'DELETED') return [...view.find('dependents', object.metadata.uid ?? ''), ...waiting].map(keyOf)
    const {ownerReferences} = object.metadata
    const claimed = ownerReferences !== undefined && !equal(ownerReferences, before?.metadata.ownerReferences)
    return [...(claimed || waitsFor(object) ? [object] : []), ...waiting].map(keyOf)
  },
  reconcile: (key, view) => {
    const object: KubeObjectAny | undefined = view.get(key.kind, key)
    if (object === undefined) return []
    const {ownerReferences: owners = [], deletionTimestamp} = object.metadata
    switch (waitsFor(object)) {
      case 'Foreground':
        return dependentsFirst(object, view)
      case 'Orphan':
        return withoutDependents(object, view)
      case undefined:
        break
    }
    if (owners.length === 0 || deletionTimestamp !== undefined) return []
    const living = owners.filter(owner => lives(owner, object, view))
    if (living.length === owners.length) return []
    if (living.length === 0) return [{do: 'delete', object}]
    return [{do: 'update', object: {...object, metadata: {...object.metadata, ownerReferences: living}}}]
  },
}

/** What an object that goes away waits for, if it is for its dependents. */
function waitsFor({metadata: {deletionTimestamp, finalizers = []}}: KubeObjectAny): Propagation | undefined {
  if (deletionTimestamp === undefined) return undefined
  if (finalizers.includes(orphan)) return 'Orphan'
  return finalizers.includes(foregroundDeletion) ? 'Foreground' : undefined
}

function dependentsFirst(object: KubeObjectAny, view: View): readonly Write[] {
  const {uid = ''} = object.metadata
  const dependents = view.find('dependents', uid)
  const blocking = dependents.filter(({metadata: {ownerReferences = []}}) =>
    ownerReferences.some(owner => owner.uid === uid && owner.blockOwnerDeletion),
  )
  const stays = dependents.filter(({metadata}) => metadata.deletionTimestamp === undefined)
  return [
    ...stays.map((dependent): Write => ({do: 'delete', object: dependent})),
    ...(blocking.length === 0 ? [without(object, foregroundDeletion)] : []),
  ]
}

function withoutDependents(object: KubeObjectAny, view: View): readonly Write[] {
  const {uid = ''} = object.metadata
  const freed = view.find('dependents', uid).map((dependent: KubeObjectAny): Write => {
    const ownerReferences = dependent.metadata.ownerReferences?.filter(owner => owner.uid !== uid)
    return {do: 'update', object: {...dependent, metadata: {...dependent.metadata, ownerReferences}} as KubeObjectAny}
  })
  return [...freed, without(object, orphan)]
}

function without(object: KubeObjectAny, finalizer: string): Write {
  const finalizers = object.metadata.finalizers?.filter(one => one !== finalizer)
  return {do: 'update', object: {...object, metadata: {...object.metadata, finalizers}} as KubeObjectAny}
}

/** The owners of an object that wait for it to go. */
function ownersThatWait({metadata: {namespace, ownerReferences = []}}: KubeObjectAny, view: View): KubeObjectAny[] {
  return ownerReferences.flatMap(({kind, name, uid}) => {
    const owner: KubeObjectAny | undefined = isKindName(kind)
      ? view.get(kind, kinds[kind].namespaced ? {namespace, name} : {name})
      : undefined
    return owner?.metadata.uid === uid && waitsFor(owner) === 'Foreground' ? [owner] : []
  })
}

/** Owners of a kind that podlab does not serve cannot be looked up, and are taken at their word. */
function lives({kind, name, uid}: OwnerReference, {metadata: {namespace}}: KubeObjectAny, view: View): boolean {
  if (!isKindName(kind)) return true
  const owner: KubeObjectAny | undefined = view.get(kind, kinds[kind].namespaced ? {namespace, name} : {name})
  return owner?.metadata.uid === uid
}
