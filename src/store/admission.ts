import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds, type ObjectOf, resourceName} from '../objects/kinds.ts'
import {forbidden, type Mistake, ObjectError} from '../objects/mistake.ts'
import {generatedName} from '../objects/names.ts'
import type {Pod} from '../objects/pod.ts'
import {mistakesOf} from '../objects/read-object.ts'
import type {Service} from '../objects/service.ts'
import {refuseAccount, withAccount} from './account-admission.ts'
import {type Allocation, clusterIpMistakes, withClusterIp} from './cluster-ip.ts'
import {withHealthCheckPort} from './health-check-port.ts'
import {moreNodePorts, newNodePorts, takenNodePorts} from './node-port.ts'
import {RequestError} from './request-error.ts'
import {notFound} from './store-error.ts'
import type {View} from './view.ts'

/**
 * What stands between a request and the store. A new object is given a name if it only brings the beginning of one, its
 * defaults, and what only the cluster can give it, such as an address; then it is refused or fit to be stored.
 */
export function admit<T extends KubeObjectAny>(object: T, allocation: Allocation): T {
  const kind: Kind = kinds[object.kind]
  const complete = withAccount(kind.defaults(tidy(named(object, allocation))) as T, allocation)
  refuseMistakes(complete, mistakesOf(complete))
  refuseNamespace(complete, allocation.view)
  refuseAccount(complete, allocation.view)
  return kind.initial(allocated(complete, births, allocation)) as T
}

/**
 * An object that is to take the place of `before`: spec, labels and annotations as it says, what it leaves out and the
 * cluster had given kept, status and identity untouched. Throws when it changes what may not change.
 */
export function admitUpdate<T extends KubeObjectAny>(object: T, before: T, allocation: Allocation): T {
  const kind: Kind = kinds[object.kind]
  const complete = kind.defaults(kind.inherit(tidy(merged(object, before)), before)) as T
  refuseMistakes(complete, [...mistakesOf(complete), ...kind.validateUpdate(complete, before)])
  return allocated(complete, changes, allocation)
}

/**
 * An object that a client has sent whole, to take the place of `before`: what it leaves out is gone, but for what only the cluster
 * can give. Identity, and the status of kinds that have it apart, stay as they are. Throws when it changes what may not change.
 */
export function admitReplacement<T extends KubeObjectAny>(object: T, before: T, allocation: Allocation): T {
  const kind: Kind = kinds[object.kind]
  const complete = kind.defaults(kind.inherit(tidy(replaced(object, before, kind)), before)) as T
  refuseMistakes(complete, [
    ...mistakesOf(complete),
    ...finalizerMistakes(complete, before),
    ...kind.validateUpdate(complete, before),
  ])
  return allocated(complete, changes, allocation)
}

/** `before` with the status that its reporter has sent. */
export function admitStatus<T extends KubeObjectAny>(object: T, before: T): T {
  const {resourceVersion, labels, annotations, managedFields} = object.metadata
  const {
    resourceVersion: _revision,
    labels: _labels,
    annotations: _annotations,
    managedFields: _managed,
    ...kept
  } = before.metadata
  const metadata = {
    ...kept,
    ...(resourceVersion && {resourceVersion}),
    ...(labels && {labels}),
    ...(annotations && {annotations}),
    ...(managedFields && {managedFields}),
  }
  const {status: _status, ...rest} = before as T & {status?: unknown}
  return {...rest, metadata, ...('status' in object && {status: object.status})} as T
}

type Allocate<T> = {
  mistakes(object: T, allocation: Allocation): readonly Mistake[]
  allocate(object: T, allocation: Allocation): T
}

type Allocations = {readonly [K in KindName]?: readonly Allocate<ObjectOf<K>>[]}

const clusterIp: Allocate<Service> = {mistakes: clusterIpMistakes, allocate: withClusterIp}
const healthCheckPort: Allocate<Service> = {mistakes: () => [], allocate: withHealthCheckPort}
const nodePorts: Allocate<Service> = {mistakes: takenNodePorts, allocate: newNodePorts}

/** Containers for looking at a pod come into it while it runs. */
const noEphemeral: Allocate<Pod> = {
  mistakes: ({spec}) =>
    spec.ephemeralContainers ? [forbidden(['spec', 'ephemeralContainers'], 'cannot be set on create')] : [],
  allocate: pod => pod,
}

/** What some kinds get from the cluster at birth. */
const births: Allocations = {Service: [clusterIp, nodePorts, healthCheckPort], Pod: [noEphemeral]}

/** What some kinds get when a change calls for it: a Service that becomes one of type NodePort, or is no ExternalName any more. */
const changes: Allocations = {Service: [clusterIp, {...nodePorts, allocate: moreNodePorts}, healthCheckPort]}

function allocated<T extends KubeObjectAny>(object: T, allocations: Allocations, allocation: Allocation): T {
  const wanted = (allocations[object.kind] ?? []) as readonly Allocate<T>[]
  const mistakes = wanted.flatMap(one => one.mistakes(object, allocation))
  refuseMistakes(object, mistakes)
  return wanted.reduce((given, one) => one.allocate(given, allocation), object)
}

const omitted = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const

/** The object without what is empty in its metadata: to Kubernetes that is the same as not there. */
function tidy<T extends KubeObjectAny>(object: T): T {
  const {metadata} = object
  const empty = omitted.filter(field => metadata[field] && Object.keys(metadata[field]).length === 0)
  if (empty.length === 0) return object
  const kept = Object.entries(metadata).filter(([field]) => !(empty as readonly string[]).includes(field))
  return {...object, metadata: Object.fromEntries(kept)} as T
}

/* As often as the API server draws; who finds no name then is told that the last one is taken. */
const mostTries = 8

function named<T extends KubeObjectAny>(object: T, {view, random}: Allocation): T {
  const {name, generateName, namespace} = object.metadata
  if (name || !generateName) return object
  const isTaken = (word: string) => view.get(object.kind, {namespace, name: word}) !== undefined
  let generated = generatedName(generateName, random)
  for (let tries = 1; tries < mostTries && isTaken(generated); tries++) generated = generatedName(generateName, random)
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
  throw new RequestError('forbidden', `${resourceName(kind)} "${name}" is forbidden: ${why}`)
}

function merged<T extends KubeObjectAny>(object: T, before: T): T {
  const {labels: _labels, annotations: _annotations, ...kept} = before.metadata
  const {labels, annotations, ownerReferences, finalizers, managedFields, resourceVersion} = object.metadata
  return {
    ...object,
    metadata: {
      ...kept,
      ...(labels && {labels}),
      ...(annotations && {annotations}),
      ...(ownerReferences && {ownerReferences}),
      ...(finalizers && {finalizers}),
      ...(managedFields && {managedFields}),
      ...(resourceVersion && {resourceVersion}),
    },
    ...('status' in before && {status: before.status}),
  }
}

/** What a client cannot write: when the object began and when it was told to go. */
function replaced<T extends KubeObjectAny>(object: T, before: T, {hasStatus}: Kind): T {
  const {deletionTimestamp, deletionGracePeriodSeconds, generation, generateName} = before.metadata
  const {
    deletionTimestamp: _time,
    deletionGracePeriodSeconds: _seconds,
    generation: _generation,
    ...said
  } = object.metadata
  const metadata = {
    ...(generateName && {generateName}),
    ...said,
    ...(deletionTimestamp && {deletionTimestamp}),
    ...(deletionGracePeriodSeconds !== undefined && {deletionGracePeriodSeconds}),
    ...(generation !== undefined && {generation}),
  }
  if (!hasStatus) return {...object, metadata}
  const {status: _status, ...rest} = object as T & {status?: unknown}
  return {...rest, metadata, ...('status' in before && {status: before.status})} as T
}

/** Nobody may hold up what is already going away. */
function finalizerMistakes({metadata}: KubeObjectAny, before: KubeObjectAny): Mistake[] {
  if (before.metadata.deletionTimestamp === undefined) return []
  const had = before.metadata.finalizers ?? []
  const added = (metadata.finalizers ?? []).filter(one => !had.includes(one)).map(one => JSON.stringify(one))
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.join(', ')}}`
  return added.length === 0 ? [] : [forbidden(['metadata', 'finalizers'], why)]
}
