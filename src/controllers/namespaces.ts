import {type KindName, kinds} from '../objects/kinds.ts'
import {type Controller, keyOf} from './controller.ts'

/** Empties a namespace that is being deleted, and takes it away when nothing is left in it. */
export const namespaceController: Controller = {
  name: 'namespaces',
  watches: Object.keys(kinds) as KindName[],
  keysOf: ({object}, view) => {
    const name = object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace
    const namespace = name === undefined ? undefined : view.get('Namespace', {name})
    return namespace?.metadata.deletionTimestamp ? [keyOf(namespace)] : []
  },
  reconcile: ({name}, view) => {
    const namespace = view.get('Namespace', {name})
    if (namespace?.metadata.deletionTimestamp === undefined) return []
    const content = view.find('byNamespace', name)
    if (content.length === 0) return [{do: 'update', object: {...namespace, spec: {...namespace.spec, finalizers: []}}}]
    return content
      .filter(({metadata}) => metadata.deletionTimestamp === undefined)
      .map(object => ({do: 'delete', object}))
  },
}
