import type {Kind} from '../objects/kind.ts'
import {type KubeObjectAny, kinds} from '../objects/kinds.ts'
import {timestamp} from '../objects/timestamp.ts'
import {RequestError} from './request-error.ts'

/** What becomes of the objects that belong to one that is deleted: they go after it, before it, or they are let go. */
export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export type DeletionRequest = {
  readonly graceSeconds?: number
  readonly propagation?: Propagation
  /** The deletion is of this very object, in this very state. */
  readonly expected?: {readonly uid?: string | undefined; readonly resourceVersion?: string | undefined}
}

/** The finalizers that hold an object up until the garbage collector has dealt with its dependents. */
export const foregroundDeletion = 'foregroundDeletion'
export const orphan = 'orphan'

/**
 * The object while it goes away; undefined when it is gone at once. Two things hold an object up: its kind's own end, as a pod's, whose
 * containers are stopped first; and finalizers, each the name of somebody who has something left to do and takes his name out
 * when it is done.
 */
export function deleted(
  object: KubeObjectAny,
  {now, graceSeconds, propagation}: DeletionRequest & {readonly now: number},
): KubeObjectAny | undefined {
  refuseProtected(object)
  const kind: Kind = kinds[object.kind]
  const finalizers = withPropagation(object.metadata.finalizers ?? [], propagation)
  const held = {...object, metadata: {...object.metadata, finalizers}} as KubeObjectAny
  const going = finalizers.length > 0 ? held : object
  const terminating = kind.terminating?.(going, {now, ...(graceSeconds !== undefined && {graceSeconds})})
  if (terminating !== undefined) return terminating as KubeObjectAny
  if (finalizers.length === 0) return undefined
  const deletionTimestamp = object.metadata.deletionTimestamp ?? timestamp(now)
  return {...going, metadata: {...going.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0}}
}

/** Whether an object that is going away is held up by nobody any more. */
export function isReleased(object: KubeObjectAny): boolean {
  const {deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = []} = object.metadata
  const own = object.kind === 'Namespace' ? (object.spec?.finalizers ?? []) : []
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length + own.length === 0
}

function withPropagation(finalizers: readonly string[], propagation: Propagation | undefined): readonly string[] {
  if (propagation === undefined) return finalizers
  const others = finalizers.filter(one => one !== foregroundDeletion && one !== orphan)
  switch (propagation) {
    case 'Background':
      return others
    case 'Foreground':
      return [...others, foregroundDeletion]
    case 'Orphan':
      return [...others, orphan]
  }
}

const protectedNamespaces = ['default', 'kube-system', 'kube-public']

function refuseProtected({kind, metadata: {name}}: KubeObjectAny): void {
  if (kind === 'Namespace' && protectedNamespaces.includes(name))
    throw new RequestError('forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`)
}
