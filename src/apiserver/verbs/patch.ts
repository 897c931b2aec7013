import type {Kind} from '../../objects/kind.ts'
import {kinds} from '../../objects/kinds.ts'
import {goText, type Json, type JsonRecord, parsePatch} from '../../objects/patch/json.ts'
import {jsonPatch} from '../../objects/patch/json-patch.ts'
import {mergePatch} from '../../objects/patch/merge-patch.ts'
import {strategicMerge} from '../../objects/patch/strategic-merge.ts'
import type {Schema} from '../../objects/schema.ts'
import {warned} from '../answer.ts'
import {mediaTypeOf, unsupportedMediaType} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {type Decoded, decodeObject, schemaOf} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {present} from '../present.ts'
import {ApiError} from '../status.ts'
import {showObject, showOf} from '../view.ts'
import {applyObject, applyType} from './apply.ts'
import {existing} from './get.ts'
import {withManagers} from './managers.ts'

/** Changes what a patch says and leaves the rest; as the subresource `status`, only the status. */
export async function patchObject(call: Call, api: Api): Promise<Answer> {
  if (mediaTypeOf(call.headers['content-type']) === applyType) return applyObject(call, api)
  if (call.query.has('force')) throw forceForbidden()
  const show = showOf(call, api.now())
  const {dryRun} = writeQuery(call, 'PatchOptions')
  const {object: patched, warnings} = await patchedObject(call, api)
  const object = withManagers(patched, {before: existing(call, api), call, now: api.now()})
  const part = call.subresource === 'status' ? 'status' : 'all'
  return warned(showObject(api.registry.replace(object, {dryRun, part}), show), warnings)
}

/** What a patch makes of the object that a path names; nothing is stored. */
export async function patchedObject(call: Call, api: Api): Promise<Decoded> {
  const {kind, apiVersion, namespace, name} = call
  const {fieldValidation} = writeQuery(call, 'PatchOptions')
  const change = await patchIn(call)
  const before = present(existing(call, api), apiVersion) as unknown as JsonRecord
  return decodeObject(change.apply(before, schemaOf(kinds[kind] as Kind)), {
    kind,
    apiVersion,
    namespace,
    name,
    fieldValidation,
    refuse: why => invalidPatch(change, why),
  })
}

/** A patch, read: what it says, and what it makes of an object. */
export type Patch = {readonly said: Json; readonly apply: (object: JsonRecord, schema: Schema) => JsonRecord}

type Patcher = (object: JsonRecord, patch: Json, schema: Schema) => JsonRecord

const patchers: Readonly<Record<string, Patcher>> = {
  'application/json-patch+json': jsonPatch,
  'application/merge-patch+json': mergePatch,
  'application/strategic-merge-patch+json': strategicMerge,
}

/** Reads the patch that a request brings. Throws the 415 for what is none. */
export async function patchIn({headers, body}: Pick<Call, 'headers' | 'body'>): Promise<Patch> {
  const type = mediaTypeOf(headers['content-type'])
  const patcher = Object.hasOwn(patchers, type) ? patchers[type] : undefined
  if (patcher === undefined) throw unsupportedMediaType([...Object.keys(patchers), applyType])
  const said = parsePatch((await body()).toString('utf8'))
  return {said, apply: (object, schema) => patcher(object, said, schema)}
}

function forceForbidden(): ApiError {
  const message = 'Forbidden: may not be specified for non-apply patch'
  return new ApiError('Invalid', `PatchOptions.meta.k8s.io "" is invalid: force: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{reason: 'FieldValueForbidden', message, field: 'force'}],
  })
}

function invalidPatch({said}: Patch, why: string): ApiError {
  const message = `Invalid value: ${JSON.stringify(goText(said))}: ${why}`
  return new ApiError('Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{reason: 'FieldValueInvalid', message, field: 'patch'}],
  })
}
