import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds, type ObjectOf} from '../objects/kinds.ts'
import {type Mistake, ObjectError} from '../objects/mistake.ts'
import {generatedName} from '../objects/names.ts'
import {mistakesOf} from '../objects/read-object.ts'
import {type Allocation, clusterIpMistakes, withClusterIp} from './cluster-ip.ts'
import {RequestError} from './request-error.ts'
import {notFound} from './store-error.ts'
import type {View} from './view.ts'

/**
 * What stands between a request and the store. A new object is given a name if it only brings the beginning of one, its
 * defaults, and what only the cluster can give it, such as an address; then it is refused or fit to be stored.
 */
export function admit<T extends KubeObjectAny>(object: T, allocation: Allocation): T {
  const kind: Kind = kinds[object.kind]
  const complete = kind.defaults(named(object, allocation)) as T
  refuseMistakes(complete, mistakesOf(complete))
  refuseNamespace(complete, allocation.view)
  const allocate = allocations[object.kind] as Allocate<T> | undefined
  refuseMistakes(complete, allocate?.mistakes(complete, allocation) ?? [])
  return kind.initial(allocate?.allocate(complete, allocation) ?? complete) as T
}

/**
 * An object that is to take the place of `before`: spec, labels and annotations as it says, what it leaves out and the
 * cluster had given kept, status and identity untouched. Throws when it changes what may not change.
 */
export function admitUpdate<T extends KubeObjectAny>(object: T, before: T): T {
  const kind: Kind = kinds[object.kind]
  const complete = kind.defaults(kind.inherit(merged(object, before), before)) as T
  refuseMistakes(complete, [...mistakesOf(complete), ...kind.validateUpdate(complete, before)])
  return complete
}

type Allocate<T> = {
  mistakes(object: T, allocation: Allocation): readonly Mistake[]
  allocate(object: T, allocation: Allocation): T
}

/** What some kinds get from the cluster at birth. */
const allocations: {readonly [K in KindName]?: Allocate<ObjectOf<K>>} = {
  Service: {mistakes: clusterIpMistakes, allocate: withClusterIp},
}

function named<T extends KubeObjectAny>(object: T, {view, random}: Allocation): T {
  const {name, generateName, namespace} = object.metadata
  if (name || !generateName) return object
  let generated = generatedName(generateName, random)
  while (view.get(object.kind, {namespace, name: generated})) generated = generatedName(generateName, random)
  return {...object, metadata: {...object.metadata, name: generated}}
}

function refuseMistakes({kind, metadata: {name, namespace}}: KubeObjectAny, mistakes: readonly Mistake[]): void {
  if (mistakes.length > 0) throw new ObjectError({kind, name, ...(namespace && {namespace})}, mistakes)
}

/** Nothing new comes into a namespace that is not there or is going away. */
function refuseNamespace({kind, metadata: {name, namespace}}: KubeObjectAny, view: View): void {
  if (namespace === undefined) return
  const found = view.get('Namespace', {name: namespace})
  if (found === undefined) throw notFound('namespaces', namespace)
  if (found.metadata.deletionTimestamp === undefined) return
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw new RequestError('forbidden', `${kinds[kind].plural} "${name}" is forbidden: ${why}`)
}

function merged<T extends KubeObjectAny>(object: T, before: T): T {
  const {labels: _labels, annotations: _annotations, ...kept} = before.metadata
  const {labels, annotations, ownerReferences, resourceVersion} = object.metadata
  return {
    ...object,
    metadata: {
      ...kept,
      ...(labels && {labels}),
      ...(annotations && {annotations}),
      ...(ownerReferences && {ownerReferences}),
      ...(resourceVersion && {resourceVersion}),
    },
    ...('status' in before && {status: before.status}),
  }
}
