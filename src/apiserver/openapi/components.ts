import type {Kind} from '../../objects/kind.ts'
import {metadataSchema} from '../../objects/metadata.ts'
import {anything, record, type Schema} from '../../objects/schema.ts'
import {type Field, groupOf, type Message, messageNamed} from '../protobuf/messages.ts'
import {definitionName, definitionOf} from './definition-name.ts'
import {descriptionOf} from './descriptions/index.ts'
import {scalarSchema, scalarSchemas} from './scalars.ts'

/** A schema as OpenAPI writes it. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * The schemas of some kinds and of all that they are made of, by the names that a real server gives them. What parts there are and what they are
 * called comes from the messages of the wire format; which fields podlab serves, what they must have and how patches merge them, from the kinds.
 */
export function componentsOf(kinds: readonly Kind[], apiVersion: string): Readonly<Record<string, JsonSchema>> {
  const parts = new Map<string, Part>()
  for (const kind of kinds) collect(parts, {group: messageGroup(kind), name: kind.kind, schema: schemaOf(kind)})
  const roots = new Set(kinds.map(kind => `${messageGroup(kind)}.${kind.kind}`))
  return Object.fromEntries([
    ...[...parts].map(([id, part]) => [
      definitionName(id),
      definitionFrom(part, roots.has(id) ? apiVersion : undefined),
    ]),
    ...Object.entries(scalarSchemas),
  ])
}

/** The group whose messages a kind is made of, whatever version it is asked for in: that of the stored one. */
export function messageGroup({apiVersions}: Kind): string {
  return groupOf(apiVersions[0]) ?? 'core'
}

/** A message with the fields that are served; `fields` is undefined where podlab takes whatever comes. */
type Part = {
  readonly group: string
  readonly name: string
  readonly message: Message
  fields: Map<string, Schema> | undefined
  required: readonly string[]
}

function schemaOf({fields, required}: Kind): Schema {
  return record({metadata: metadataSchema, ...fields}, required)
}

function collect(parts: Map<string, Part>, {group, name, schema}: {group: string; name: string; schema: Schema}): void {
  const id = `${group}.${name}`
  const message = messageNamed(group, name)
  if (message === undefined) return
  const known = parts.get(id)
  const part: Part = known ?? {group, name, message, fields: new Map(), required: []}
  parts.set(id, part)
  const before = part.fields?.size
  widen(part, schema)
  if (known && part.fields?.size === before) return
  for (const field of flatFields(message)) collectField(parts, field, part.fields?.get(field.name) ?? inherited(part))
}

function inherited({fields}: Part): Schema | undefined {
  return fields === undefined ? anything : undefined
}

/** What one place takes, all places take: a message has one definition. */
function widen(part: Part, schema: Schema): void {
  if (schema.type !== 'object') part.fields = undefined
  if (schema.type !== 'object' || part.fields === undefined) return
  for (const [name, field] of Object.entries(schema.fields))
    if (field.type !== 'unsupported' && !part.fields.has(name)) part.fields.set(name, field)
  part.required = schema.required ?? []
}

function collectField(parts: Map<string, Part>, field: Field, schema: Schema | undefined): void {
  if (schema === undefined || field.type !== 'message') return
  const [group = '', name = ''] = field.message.split('.')
  collect(parts, {group, name, schema: innermost(schema)})
}

/** What a list or a map is made of. */
function innermost(schema: Schema): Schema {
  if (schema.type === 'array') return innermost(schema.items)
  return schema.type === 'map' ? innermost(schema.values) : schema
}

/** The fields of a message, those of the parts that stand in its place among them. */
export function flatFields(message: Message): readonly Field[] {
  return [...message.values()].flatMap(field => {
    if (field.name !== '+' || field.type !== 'message') return [field]
    const [group = '', name = ''] = field.message.split('.')
    return flatFields(messageNamed(group, name) ?? new Map())
  })
}

function definitionFrom({group, name, message, fields, required}: Part, apiVersion: string | undefined): JsonSchema {
  const served = flatFields(message).filter(field => fields === undefined || fields.has(field.name))
  const properties = served.map(field => [
    field.name,
    propertyFrom(field, {description: descriptionOf(name, field.name), schema: fields?.get(field.name)}),
  ])
  const needed = required.filter(one => served.some(field => field.name === one))
  return {
    description: descriptionOf(name),
    type: 'object',
    properties: {...(apiVersion && typeProperties(name)), ...Object.fromEntries(properties)},
    ...(needed.length > 0 && {required: needed}),
    ...(apiVersion && {'x-kubernetes-group-version-kind': [groupVersionKind(apiVersion, name)]}),
    ...(group === 'core' && name.endsWith('Selector') && {'x-kubernetes-map-type': 'atomic'}),
  }
}

function typeProperties(name: string) {
  return Object.fromEntries(
    ['apiVersion', 'kind'].map(field => [field, {description: descriptionOf(name, field), type: 'string'}]),
  )
}

/** `{group, version, kind}` as OpenAPI's extensions have it. */
export function groupVersionKind(apiVersion: string, kind: string) {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  return {group, kind, version}
}

type Said = {readonly description: string; readonly schema: Schema | undefined}

function propertyFrom(field: Field, {description, schema}: Said): JsonSchema {
  const one = field.type === 'message' ? {$ref: definitionOf(field.message)} : scalarSchema(field.type)
  switch (field.many) {
    case 'one':
      return {description, ...inPlace(one), ...(schema && retained(schema))}
    case 'list':
      return {description, type: 'array', items: inPlace(one), ...(schema && merged(schema))}
    case 'map':
      return {description, type: 'object', additionalProperties: inPlace(one)}
  }
}

/** A reference stands alone in OpenAPI 3.0: what is said beside it would be lost. */
function inPlace(schema: JsonSchema): JsonSchema {
  return '$ref' in schema ? {allOf: [schema], default: {}} : schema
}

function retained(schema: Schema): JsonSchema {
  return schema.type === 'object' && schema.retainKeys ? {'x-kubernetes-patch-strategy': 'retainKeys'} : {}
}

function merged(schema: Schema): JsonSchema {
  if (schema.type !== 'array') return {}
  if (schema.merge === undefined) return {'x-kubernetes-list-type': 'atomic'}
  if (schema.merge === 'set') return {'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge'}
  const strategy = schema.items.type === 'object' && schema.items.retainKeys ? 'merge,retainKeys' : 'merge'
  return {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': schema.merge.keys,
    'x-kubernetes-patch-merge-key': schema.merge.keys[0],
    'x-kubernetes-patch-strategy': strategy,
  }
}
