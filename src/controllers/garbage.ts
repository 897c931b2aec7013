import {equal} from '../objects/equal.ts'
import {isKindName, type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {OwnerReference} from '../objects/kube-object.ts'
import {foregroundDeletion, orphan, type Propagation} from '../store/deletion.ts'
import type {View} from '../store/view.ts'
import {type Controller, keyOf, type Write} from './controller.ts'

/**
 * Clears away what belonged to something that is gone. Deleting a replica set deletes just that object; its pods carry its
 * uid as their owner's, and go because no object has that uid any more. Two finalizers turn that round: with `foregroundDeletion` an owner stays
 * until its dependents are gone, and theirs before them; with `orphan` until they have been told that they have no owner.
 */
export const garbageCollector: Controller = {
  name: 'garbage',
  watches: Object.keys(kinds) as KindName[],
  keysOf: ({type, object, before}, view) => {
    const {ownerReferences} = object.metadata
    const released = before && before.metadata.ownerReferences !== ownerReferences ? ownersThatWait(before, view) : []
    const waiting = [...ownersThatWait(object, view), ...released]
    if (type === 'DELETED') return [...dependentsOf(object, view), ...waiting].map(keyOf)
    const claimed = ownerReferences !== undefined && !equal(ownerReferences, before?.metadata.ownerReferences)
    const waits = waitsFor(object)
    const concerned = waits && !(before && waitsFor(before)) ? dependentsOf(object, view) : []
    return [...(claimed || waits ? [object] : []), ...concerned, ...waiting].map(keyOf)
  },
  reconcile: (key, view) => {
    const object: KubeObjectAny | undefined = view.get(key.kind, key)
    if (object === undefined) return []
    switch (waitsFor(object)) {
      case 'Foreground':
        return blockers(object, view).length === 0 ? [without(object, foregroundDeletion)] : []
      case 'Orphan':
        return withoutDependents(object, view)
      case undefined:
        return object.metadata.deletionTimestamp === undefined ? collect(object, view) : []
    }
  },
}

type Waiting = Exclude<Propagation, 'Background'>

/** What an object that goes away waits for, if it is for its dependents. */
function waitsFor({metadata: {deletionTimestamp, finalizers = []}}: KubeObjectAny): Waiting | undefined {
  if (deletionTimestamp === undefined) return undefined
  if (finalizers.includes(orphan)) return 'Orphan'
  return finalizers.includes(foregroundDeletion) ? 'Foreground' : undefined
}

/** Whose end the end of an object waits for. */
function blockers(object: KubeObjectAny, view: View): readonly KubeObjectAny[] {
  const {uid} = object.metadata
  return dependentsOf(object, view).filter(
    ({metadata}) =>
      metadata.uid !== uid && metadata.ownerReferences?.some(owner => owner.uid === uid && owner.blockOwnerDeletion),
  )
}

/**
 * An object with an owner that stays keeps to that one. Without any it goes; when the last of them wait for it, those that it owns go
 * before it too.
 */
function collect(object: KubeObjectAny, view: View): readonly Write[] {
  const {ownerReferences = []} = object.metadata
  const fates = ownerReferences.map(owner => ({owner, fate: fateOf(owner, object, view)}))
  const solid = fates.flatMap(({owner, fate}) => (fate === 'stays' ? [owner] : []))
  if (solid.length === ownerReferences.length) return []
  if (solid.length > 0) return [{do: 'update', object: withOwners(object, solid)}]
  const dependents = dependentsOf(object, view)
  if (dependents.length === 0 || !fates.some(({fate}) => fate === 'waits')) return [{do: 'delete', object}]
  // Two that own each other would wait for each other for ever.
  const inCircle = dependents.some(dependent => waitsFor(dependent) === 'Foreground')
  const yielding = ownerReferences.map(owner => ({...owner, blockOwnerDeletion: false}))
  return [{do: 'delete', object: inCircle ? withOwners(object, yielding) : object, propagation: 'Foreground'}]
}

/** What becomes of an owner: it stays, it waits for what it owns, or there is none of this uid in reach. */
function fateOf({kind, name, uid}: OwnerReference, object: KubeObjectAny, view: View): 'stays' | 'waits' | 'gone' {
  // Owners of a kind that podlab does not serve cannot be looked up, and are taken at their word.
  if (!isKindName(kind)) return 'stays'
  const owner = ownerNamed(kind, name, object, view)
  if (owner?.metadata.uid !== uid) return 'gone'
  return waitsFor(owner) === 'Foreground' ? 'waits' : 'stays'
}

/** The owners of an object that wait for it to go. */
function ownersThatWait(object: KubeObjectAny, view: View): readonly KubeObjectAny[] {
  const {ownerReferences = []} = object.metadata
  return ownerReferences.flatMap(({kind, name, uid}) => {
    const owner = isKindName(kind) ? ownerNamed(kind, name, object, view) : undefined
    return owner?.metadata.uid === uid && waitsFor(owner) === 'Foreground' ? [owner] : []
  })
}

/** An owner is in the namespace of what it owns, or in none. */
function ownerNamed(kind: KindName, name: string, {metadata}: KubeObjectAny, view: View): KubeObjectAny | undefined {
  return view.get(kind, kinds[kind].namespaced ? {namespace: metadata.namespace, name} : {name})
}

function withoutDependents(object: KubeObjectAny, view: View): readonly Write[] {
  const {uid} = object.metadata
  const freed = dependentsOf(object, view).map((dependent): Write => {
    const others = dependent.metadata.ownerReferences?.filter(owner => owner.uid !== uid) ?? []
    return {do: 'update', object: withOwners(dependent, others)}
  })
  return [...freed, without(object, orphan)]
}

function dependentsOf({metadata: {uid = ''}}: KubeObjectAny, view: View): readonly KubeObjectAny[] {
  return view.find('dependents', uid)
}

function withOwners(object: KubeObjectAny, owners: readonly OwnerReference[]): KubeObjectAny {
  const {ownerReferences: _, ...metadata} = object.metadata
  return {...object, metadata: {...metadata, ...(owners.length > 0 && {ownerReferences: owners})}} as KubeObjectAny
}

function without(object: KubeObjectAny, finalizer: string): Write {
  const finalizers = object.metadata.finalizers?.filter(one => one !== finalizer)
  return {do: 'update', object: {...object, metadata: {...object.metadata, finalizers}} as KubeObjectAny}
}
