import {equal} from '../objects/equal.ts'
import type {Kind} from '../objects/kind.ts'
import {type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {ObjectMeta} from '../objects/kube-object.ts'
import {timestamp} from '../objects/timestamp.ts'

/** An object as it is stored for the first time: the cluster's own metadata put in, whatever the client wrote there. */
export function born<T extends KubeObjectAny>(object: T, at: {revision: number; time: number; uid: string}): T {
  const kind: Kind = kinds[object.kind]
  const {deletionTimestamp, deletionGracePeriodSeconds, generation, ...metadata} = object.metadata
  const stored = {
    ...object,
    metadata: {
      ...metadata,
      uid: at.uid,
      resourceVersion: `${at.revision}`,
      ...(kind.countsGenerations && {generation: 1}),
      creationTimestamp: timestamp(at.time),
    },
  }
  return (kind.born?.(stored) ?? stored) as T
}

/** An object in the place of `before`: its identity kept, its generation counted on when its spec is another. */
export function succeeding<T extends KubeObjectAny>(object: T, before: KubeObjectAny, revision: number): T {
  const {generation, ...metadata} = object.metadata
  const counted = before.metadata.generation
  return {
    ...object,
    metadata: {
      ...metadata,
      ...identity(before.metadata),
      resourceVersion: `${revision}`,
      ...(counted !== undefined && {generation: counted + (sameSpec(object, before) ? 0 : 1)}),
    },
  }
}

/** Whether an update says nothing new, whatever stands in the metadata that only the store writes. */
export function saysNothingNew(object: KubeObjectAny, before: KubeObjectAny): boolean {
  return equal({...object, metadata: said(object.metadata)}, {...before, metadata: said(before.metadata)})
}

function identity({uid, creationTimestamp}: ObjectMeta): Partial<ObjectMeta> {
  return {...(uid !== undefined && {uid}), ...(creationTimestamp !== undefined && {creationTimestamp})}
}

function said({uid, resourceVersion, creationTimestamp, generation, ...metadata}: ObjectMeta): Partial<ObjectMeta> {
  return metadata
}

/* Kinds without a `spec`, such as an EndpointSlice, say all they say beside their metadata. */
function sameSpec(object: KubeObjectAny, before: KubeObjectAny): boolean {
  if ('spec' in object && 'spec' in before) return equal(object.spec, before.spec)
  const said = (one: KubeObjectAny) => ({...one, metadata: undefined, status: undefined})
  return equal(said(object), said(before))
}
