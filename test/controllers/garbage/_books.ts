import type {ConfigMap} from '../../../src/objects/config-map.ts'
import type {OwnerReference} from '../../../src/objects/kube-object.ts'
import type {Store} from '../../../src/store/store.ts'

/** An object that may own others, and belong to them. */
export const book = (name: string, owners: readonly OwnerReference[] = [], namespace = 'default'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name, namespace, ...(owners.length > 0 && {ownerReferences: owners})},
})

/** A reference to a book of the default namespace as an owner. */
export function ownerIn(store: Store, name: string, more: Partial<OwnerReference> = {}): OwnerReference {
  const {uid = ''} = store.get('ConfigMap', {namespace: 'default', name})?.metadata ?? {}
  return {apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more}
}

/** The books that are left, each with its owners. */
export const books = (store: Store) =>
  store
    .list('ConfigMap')
    .map(({metadata: {name, ownerReferences = []}}) => [name, ...ownerReferences.map(one => one.name)])
