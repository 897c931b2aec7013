import {labelValue, qualifiedName} from './format.ts'
import {anything, boolean, list, map, record, type Schema, string, text, unsupported} from './schema.ts'

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
  ownerReferences: list(
    record(
      {apiVersion: string, kind: string, name: string, uid: string, controller: boolean, blockOwnerDeletion: boolean},
      ['apiVersion', 'kind', 'name', 'uid'],
    ),
  ),
  uid: string,
  resourceVersion: string,
  generation: anything,
  creationTimestamp: string,
  deletionTimestamp: string,
  deletionGracePeriodSeconds: anything,
  selfLink: unsupported('selfLink, which Kubernetes 1.24 took away; leave it out'),
  finalizers: unsupported('finalizers'),
  managedFields: unsupported('managedFields'),
})
