import {equal} from '../objects/equal.ts'
import {isKindName, type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {OwnerReference} from '../objects/kube-object.ts'
import type {View} from '../store/view.ts'
import {type Controller, keyOf} from './controller.ts'

/**
 * Clears away what belonged to something that is gone. Deleting a replica set deletes just that object; its pods carry its
 * uid as their owner's, and go because no object has that uid any more.
 */
export const garbageCollector: Controller = {
  name: 'garbage',
  watches: Object.keys(kinds) as KindName[],
  keysOf: ({type, object, before}, view) => {
    if (type === 'DELETED') return view.find('dependents', object.metadata.uid ?? '').map(keyOf)
    const {ownerReferences} = object.metadata
    const claimed = ownerReferences !== undefined && !equal(ownerReferences, before?.metadata.ownerReferences)
    return claimed ? [keyOf(object)] : []
  },
  reconcile: (key, view) => {
    const object: KubeObjectAny | undefined = view.get(key.kind, key)
    const {ownerReferences: owners = [], deletionTimestamp} = object?.metadata ?? {}
    if (object === undefined || owners.length === 0 || deletionTimestamp !== undefined) return []
    const living = owners.filter(owner => lives(owner, object, view))
    if (living.length === owners.length) return []
    if (living.length === 0) return [{do: 'delete', object}]
    return [{do: 'update', object: {...object, metadata: {...object.metadata, ownerReferences: living}}}]
  },
}

/** Owners of a kind that podlab does not serve cannot be looked up, and are taken at their word. */
function lives({kind, name, uid}: OwnerReference, {metadata: {namespace}}: KubeObjectAny, view: View): boolean {
  if (!isKindName(kind)) return true
  const owner: KubeObjectAny | undefined = view.get(kind, kinds[kind].namespaced ? {namespace, name} : {name})
  return owner?.metadata.uid === uid
}
