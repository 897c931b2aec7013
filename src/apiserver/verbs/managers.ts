import type {Kind} from '../../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import {managedAfterUpdate} from '../../objects/patch/apply/managed-after-update.ts'
import type {JsonRecord} from '../../objects/patch/json.ts'
import {PatchError} from '../../objects/patch/patch-error.ts'
import {timestamp} from '../../objects/timestamp.ts'
import type {Call} from '../call.ts'
import {schemaOf} from '../decode.ts'
import {ApiError} from '../status.ts'

/*
 * Who set which field last is written down with every write that comes in from outside, so that server-side apply knows whose field it would
 * take. What the cluster's own controllers write is nobody's.
 */

/** The object with its managers as they are after a create, an update or a patch that is no apply. */
export function withManagers(
  object: KubeObjectAny,
  {before, call, now}: {before?: KubeObjectAny; call: Call; now: number},
): KubeObjectAny {
  const kind: Kind = kinds[call.kind]
  const after = kind.defaults(before ? kind.inherit(object, before) : object)
  const manager = managerOf(call)
  const managedFields = leniently(object, () =>
    managedAfterUpdate({
      ...trackingOf(call, now),
      before: before as unknown as JsonRecord | undefined,
      after: after as unknown as JsonRecord,
      manager,
    }),
  )
  const {managedFields: _said, ...metadata} = object.metadata
  return {...object, metadata: {...metadata, ...(managedFields.length > 0 && {managedFields})}} as KubeObjectAny
}

/** Fields that cannot be told apart are not tracked; what is wrong with them, validation says. */
function leniently<T>({metadata}: KubeObjectAny, track: () => readonly T[]): readonly unknown[] {
  try {
    return track()
  } catch (error) {
    if (error instanceof PatchError) return (metadata.managedFields as readonly unknown[] | undefined) ?? []
    throw error
  }
}

/** What decides how fields are tracked, whatever the verb. */
export function trackingOf(
  {kind, apiVersion, subresource}: Pick<Call, 'kind' | 'apiVersion' | 'subresource'>,
  now: number,
) {
  const {hasStatus = false}: Kind = kinds[kind as KindName]
  return {
    schema: schemaOf(kinds[kind]),
    hasStatus,
    apiVersion,
    now: timestamp(now),
    ...(subresource !== '' && {subresource}),
  }
}

/** The name that a writer gives himself, or the first word of his program's. Throws the refusal of names that cannot be. */
export function managerOf({query, headers}: Pick<Call, 'query' | 'headers'>): string {
  const said = query.get('fieldManager') ?? ''
  if (said.length > 128) throw invalidManager('FieldValueTooLong', 'Too long: may not be more than 128 bytes')
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(said))
    throw invalidManager(
      'FieldValueInvalid',
      `Invalid value: ${JSON.stringify(said)}: should only contain printable characters`,
    )
  return said || (headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) || 'unknown'
}

function invalidManager(reason: string, message: string): ApiError {
  return new ApiError('Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{reason, message, field: 'fieldManager'}],
  })
}
