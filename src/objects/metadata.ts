import {type Format, labelValue, qualifiedName} from './format.ts'
import {anything, boolean, listBy, map, record, type Schema, setOf, string, text} from './schema.ts'

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion']

/** Whoever holds an object back says who he is: `example.com/cleanup`. */
export const finalizer: Format = name =>
  qualifiedName(name) ??
  (name.includes('/') || standardFinalizers.includes(name)
    ? undefined
    : 'name is neither a standard finalizer name nor is it fully qualified')

/**
 * What a client may write into `metadata`. What the store alone decides (uid, resourceVersion, times) is let through, so
 * that the output of `get -o yaml` can be applied again; the store puts its own there.
 */
export const metadataSchema: Schema = record({
  name: string,
  generateName: string,
  namespace: string,
  labels: map(text(labelValue), qualifiedName),
  annotations: map(string, qualifiedName),
  ownerReferences: listBy(
    ['uid'],
    record({
      apiVersion: string,
      kind: string,
      name: string,
      uid: string,
      controller: boolean,
      blockOwnerDeletion: boolean,
    }),
  ),
  uid: string,
  resourceVersion: string,
  generation: anything,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: anything,
  /** Kubernetes 1.24 took it away; old manifests have it still. */
  selfLink: anything,
  finalizers: setOf(text(finalizer)),
  managedFields: anything,
})
