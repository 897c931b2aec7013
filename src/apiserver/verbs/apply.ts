import {type KubeObjectAny, kinds, resourceName} from '../../objects/kinds.ts'
import {applyPatch} from '../../objects/patch/apply/apply-patch.ts'
import {boundedJson, isRecord, type JsonRecord} from '../../objects/patch/json.ts'
import {notFound} from '../../store/store-error.ts'
import {warned} from '../answer.ts'
import {readYaml} from '../body.ts'
import type {Answer, Api, Call} from '../call.ts'
import {decodeObject, schemaOf} from '../decode.ts'
import {writeQuery} from '../options.ts'
import {present} from '../present.ts'
import {flagIn} from '../query.ts'
import {ApiError} from '../status.ts'
import {UnmarshalError, unmarshal} from '../unmarshal.ts'
import {showObject, showOf} from '../view.ts'
import {refuseRevision} from './create.ts'
import {managerOf, trackingOf} from './managers.ts'

/** What a PATCH of this type says is what its sender wants of the object, and no more: server-side apply. */
export const applyType = 'application/apply-patch+yaml'

/** Brings an object to what a configuration says, or makes it; who applies owns the fields that he names. */
export async function applyObject(call: Call, api: Api): Promise<Answer> {
  const {kind, apiVersion, namespace, name, subresource, query} = call
  if (!query.get('fieldManager')) throw managerMissing()
  const show = showOf(call, api.now())
  const {dryRun, fieldValidation} = writeQuery(call, 'PatchOptions')
  const config = boundedJson(await readYaml(await call.body()))
  const live = api.store.get(kind, {namespace, name}) as KubeObjectAny | undefined
  if (live === undefined && subresource !== '') throw notFound(resourceName(kind), name)
  refuseUntyped(config, call)
  const applied = applyPatch({
    ...trackingOf(call, api.now()),
    live: live && (present(live, apiVersion) as unknown as JsonRecord),
    config,
    manager: managerOf(call),
    force: flagIn(query, 'force'),
  })
  if ('conflicts' in applied) throw applied.conflicts
  const expected = {kind, apiVersion, namespace, name, fieldValidation}
  const {object, warnings} = decodeObject(applied.object, expected)
  if (live === undefined) refuseRevision(object)
  const stored = live
    ? api.registry.replace(object, {dryRun, part: subresource === 'status' ? 'status' : 'all'})
    : api.registry.create(object, {dryRun})
  return warned(showObject(stored, show, live ? 200 : 201), warnings)
}

/** What a configuration names must be there to be named: nobody can own a field that does not exist. */
function refuseUntyped(config: unknown, {kind, apiVersion, namespace, name}: Call): void {
  if (!isRecord(config)) return
  const refuse = (why: string) =>
    new ApiError(
      'Unknown',
      `failed to create typed patch object (${namespace ? `${namespace}/` : ''}${name}; ${apiVersion}, Kind=${kind}): ${why}`,
    )
  const {apiVersion: _version, kind: _kind, ...said} = config
  try {
    const {unknown} = unmarshal(kind, schemaOf(kinds[kind]), said)
    const lines = unknown.map(field => `.${field}: field not declared in schema`)
    if (lines.length === 1) throw refuse(lines[0] ?? '')
    if (lines.length > 1) throw refuse(`errors:\n${lines.map(line => `  ${line}`).join('\n')}`)
  } catch (error) {
    if (error instanceof UnmarshalError) throw refuse(error.message)
    throw error
  }
}

function managerMissing(): ApiError {
  const message = 'Required value: is required for apply patch'
  return new ApiError('Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{reason: 'FieldValueRequired', message, field: 'fieldManager'}],
  })
}
