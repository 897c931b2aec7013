import type {Kind} from '../objects/kind.ts'
import {type KindName, type KubeObjectAny, kinds} from '../objects/kinds.ts'
import {metadataSchema} from '../objects/metadata.ts'
import {type Mistake, ObjectError} from '../objects/mistake.ts'
import {readValue, record, type Schema, string} from '../objects/schema.ts'
import {ApiError} from './status.ts'
import {UnmarshalError, type Unmarshalled, unmarshal} from './unmarshal.ts'

/** What becomes of fields that the server does not know: an error, a warning, or nothing. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** What the path of a request says about the object in its body. */
export type Expected = {
  readonly kind: KindName
  readonly apiVersion: string
  readonly namespace: string | undefined
  /** Empty for a new object, which brings its name. */
  readonly name: string
  readonly fieldValidation: FieldValidation
  /** How to refuse a value that is none of this kind's; without it, as an object that was sent whole. */
  readonly refuse?: (why: string) => Error
}

/** An object as the store has it, and what its sender should be told. */
export type Decoded = {readonly object: KubeObjectAny; readonly warnings: readonly string[]}

/**
 * Makes an object of a foreign value. What is wrong with it is said in the API server's words and order: first whether it is one of this
 * kind, then types, then unknown fields, then names, and at last each field.
 */
export function decodeObject(value: unknown, expected: Expected): Decoded {
  if (typeof value !== 'object' || Array.isArray(value))
    throw new ApiError(
      'BadRequest',
      `the object provided is unrecognized (must be of type ${expected.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  const kind: Kind = kinds[expected.kind]
  const sent = withoutNulls(value ?? {})
  refuseOtherKind(sent, expected)
  const said = kind.olderForms?.[expected.apiVersion]?.read(sent) ?? sent
  const {value: read, unknown} = typed({...emptyParts(kind), ...said}, expected, schemaOf(kind))
  const warnings = unknown.map(field => `unknown field "${field}"`)
  if (expected.fieldValidation === 'Strict' && warnings.length > 0)
    throw unfit(expected, `strict decoding error: ${warnings.join(', ')}`)
  const object = placed(read as KubeObjectAny, expected)
  const mistakes: Mistake[] = []
  const clean = readValue(schemaOf(kind), object, [], mistakes) as KubeObjectAny
  const {name, namespace} = object.metadata
  if (mistakes.length > 0)
    throw new ObjectError({kind: expected.kind, name: name ?? '', ...(namespace && {namespace})}, mistakes)
  const {kind: _kind, apiVersion: _version, metadata, ...rest} = clean
  // In the order in which people read an object.
  const stored = {kind: expected.kind, apiVersion: kind.apiVersions[0], metadata, ...rest} as KubeObjectAny
  const converted = kind.convert?.(stored, expected.apiVersion) ?? stored
  return {
    object: converted as KubeObjectAny,
    warnings: [...(expected.fieldValidation === 'Warn' ? warnings : []), ...(kind.warnings?.(converted) ?? [])],
  }
}

const schemas = new Map<Kind, Schema>()

/** All fields of a kind's objects, as the store has them. */
export function schemaOf(kind: Kind): Schema {
  const known =
    schemas.get(kind) ??
    record({apiVersion: string, kind: string, metadata: metadataSchema, ...kind.fields}, ['metadata', ...kind.required])
  schemas.set(kind, known)
  return known
}

/** What a client may leave out altogether is there and empty: so the fields that are missing in it get named. */
function emptyParts({fields, required}: Kind): Record<string, unknown> {
  const parts = required.filter(key => fields[key]?.type === 'object').map(key => [key, {}])
  return {metadata: {}, ...Object.fromEntries(parts)}
}

/** To the API a null is as good as nothing said. */
function withoutNulls(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null))
}

function refuseOtherKind({kind, apiVersion}: {kind?: unknown; apiVersion?: unknown}, expected: Expected): void {
  if (apiVersion && apiVersion !== expected.apiVersion)
    throw new ApiError(
      'BadRequest',
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    )
  if (kind && kind !== expected.kind)
    throw new ApiError(
      'BadRequest',
      `${kind} in version "${versionIn(expected)}" cannot be handled as a ${expected.kind}: no kind "${kind}" is expected here`,
    )
}

function typed(value: unknown, expected: Expected, schema: Schema): Unmarshalled {
  try {
    return unmarshal(expected.kind, schema, value)
  } catch (error) {
    if (error instanceof UnmarshalError) throw unfit(expected, error.message)
    throw error
  }
}

function unfit(expected: Expected, why: string): Error {
  const {kind, refuse} = expected
  if (refuse) return refuse(why)
  return new ApiError(
    'BadRequest',
    `${kind} in version "${versionIn(expected)}" cannot be handled as a ${kind}: ${why}`,
  )
}

function versionIn({apiVersion}: Expected): string {
  return apiVersion.split('/').at(-1) ?? ''
}

/** The object in the place that the path names. */
function placed(object: KubeObjectAny, {kind, namespace, name}: Expected): KubeObjectAny {
  const {namespaced} = kinds[kind]
  const said = object.metadata.namespace
  if (namespaced && said && said !== namespace)
    throw new ApiError(
      'BadRequest',
      `the namespace of the provided object does not match the namespace sent on the request`,
    )
  if (name && object.metadata.name && object.metadata.name !== name)
    throw new ApiError(
      'BadRequest',
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`,
    )
  const metadata = {
    ...object.metadata,
    ...(namespaced && namespace && {namespace}),
    ...(name && {name}),
  }
  return {...object, metadata}
}
