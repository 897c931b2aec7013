import type {Kind} from './kind.ts'
import {isKindName, type KubeObjectAny, kinds, UnknownKindError} from './kinds.ts'
import {metadataSchema} from './metadata.ts'
import {forbidden, invalid, type Mistake, required} from './mistake.ts'
import {ownerMistakes} from './owner-rules.ts'
import {readValue, record, string} from './schema.ts'

/** An object that is as it should be, or everything that is wrong with it. */
export type Read = {readonly object: KubeObjectAny} | {readonly errors: readonly Mistake[]}

/**
 * Checks a foreign value strictly and makes an object of it, in the version that is stored. What was left out stays out:
 * defaults are filled in when the object is admitted, so that applying it again can tell "not said" from "the default".
 */
export function readObject(value: unknown, defaultNamespace: string): Read {
  const kind = readKind(value)
  return 'errors' in kind ? kind : readFields(kind, value as {apiVersion: string}, defaultNamespace)
}

/** The mistakes of an object whose fields have the right types, with its defaults filled in. */
export function mistakesOf(object: KubeObjectAny): readonly Mistake[] {
  const kind: Kind = kinds[object.kind]
  return [...nameMistakes(kind, object), ...kind.validate(kind.defaults(object))]
}

function readKind(value: unknown): Kind | {errors: readonly Mistake[]} {
  const {apiVersion, kind: name} = (value ?? {}) as {apiVersion?: unknown; kind?: unknown}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return {errors: [{path: [], message: 'expected a Kubernetes object, a mapping with apiVersion, kind and metadata'}]}
  if (typeof name !== 'string' || name === '') return {errors: [required(['kind'])]}
  if (!isKindName(name)) return {errors: [{path: ['kind'], message: new UnknownKindError(name).message}]}
  const kind: Kind = kinds[name]
  if (typeof apiVersion !== 'string' || apiVersion === '')
    return {errors: [{...required(['apiVersion']), hint: `a ${name} has ${kind.apiVersions[0]}`}]}
  if (kind.apiVersions.includes(apiVersion)) return kind
  const message = `no matches for kind "${name}" in version "${apiVersion}"`
  return {errors: [{path: ['apiVersion'], message, hint: `expected ${kind.apiVersions.join(' or ')}`}]}
}

function readFields(kind: Kind, value: {apiVersion: string}, defaultNamespace: string): Read {
  const errors: Mistake[] = []
  const schema = record({apiVersion: string, kind: string, metadata: metadataSchema, ...kind.fields}, [
    'metadata',
    ...kind.required,
  ])
  const said = kind.olderForms?.[value.apiVersion]?.read(value) ?? value
  const read = readValue(schema, said, [], errors) as KubeObjectAny
  if (errors.length > 0) return {errors}
  const stored = {...read, apiVersion: kind.apiVersions[0]} as KubeObjectAny
  const converted = (kind.convert?.(stored, value.apiVersion) ?? stored) as KubeObjectAny
  const linkless = withoutSelfLink(converted)
  const object = kind.namespaced ? inNamespace(linkless, defaultNamespace) : linkless
  const mistakes = mistakesOf(object)
  return mistakes.length > 0 ? {errors: mistakes} : {object}
}

function withoutSelfLink(object: KubeObjectAny): KubeObjectAny {
  if (!('selfLink' in object.metadata)) return object
  const {selfLink, ...metadata} = object.metadata
  return {...object, metadata: metadata as KubeObjectAny['metadata']}
}

function inNamespace(object: KubeObjectAny, defaultNamespace: string): KubeObjectAny {
  const namespace = object.metadata.namespace ?? defaultNamespace
  return {...object, metadata: {...object.metadata, namespace}}
}

function nameMistakes(
  kind: Kind,
  {metadata: {name, generateName, namespace, ownerReferences}}: KubeObjectAny,
): Mistake[] {
  const path = ['metadata', 'name']
  const wrong = name ? kind.name(name) : undefined
  return [
    ...(name || generateName ? [] : [required(path, 'name or generateName is required')]),
    ...(wrong ? [invalid(path, name, wrong)] : []),
    ...ownerMistakes(ownerReferences ?? []),
    ...(namespace && !kind.namespaced ? [forbidden(['metadata', 'namespace'], 'not allowed on this type')] : []),
  ]
}
