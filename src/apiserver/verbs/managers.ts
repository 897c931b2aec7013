import type {Kind} from '../../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../../objects/kinds.ts'
import {managedAfterUpdate} from '../../objects/patch/apply/managed-after-update.ts'
import type {JsonRecord} from '../../objects/patch/json.ts'
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
  const managedFields = managedAfterUpdate({
    ...trackingOf(call, now),
    before: before as unknown as JsonRecord | undefined,
    after: after as unknown as JsonRecord,
    manager: managerOf(call),
  })
  const {managedFields: _said, ...metadata} = object.metadata
  return {...object, metadata: {...metadata, ...(managedFields.length > 0 && {managedFields})}} as KubeObjectAny
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
  if (said.length > 128) throw invalidManager(said, 'may not be more than 128 bytes')
  if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(said))
    throw invalidManager(said, 'should only contain printable characters')
  return said || (headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) || 'unknown'
}

function invalidManager(name: string, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(name)}: ${why}`
  return new ApiError('Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{reason: 'FieldValueInvalid', message, field: 'fieldManager'}],
  })
}
