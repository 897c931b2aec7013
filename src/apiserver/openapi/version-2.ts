import type {Kind} from '../../objects/kind.ts'
import {kinds} from '../../objects/kinds.ts'
import {groupVersions} from '../resources.ts'
import {serverVersion} from '../version.ts'
import type {JsonSchema} from './components.ts'
import {documentOf} from './document.ts'
import {many, message} from './wire.ts'

/*
 * The older OpenAPI document, in which all group versions are one. kubectl reads it up to 1.26, in the form that the library gnostic gave it: for
 * `explain`, to check manifests before they are sent, and to see which kinds can be tried with a dry run. The numbers are those of gnostic's
 * `OpenAPIv2.proto`.
 */
export function documentVersion2(): Buffer {
  const documents = groupVersions.map(place =>
    documentOf({...place, kinds: place.kinds.filter(writtenAlike(place.apiVersion))}),
  )
  const schemas = documents.map(({components}) => (components as {schemas: Schemas}).schemas)
  const paths = documents.flatMap(({paths: all}) => Object.entries(all as Readonly<Record<string, JsonSchema>>))
  return message(
    [1, '2.0'],
    [2, message([1, 'Kubernetes'], [2, serverVersion.gitVersion])],
    [
      8,
      message(
        ...many(
          2,
          paths.flatMap(([path, {patch}]) => (patch ? [namedPath(path, patch as JsonSchema)] : [])),
        ),
      ),
    ],
    [
      9,
      message(
        ...many(
          1,
          Object.entries(merged(schemas)).map(([name, schema]) => named(name, schemaBytes(schema))),
        ),
      ),
    ],
  )
}

type Schemas = Readonly<Record<string, JsonSchema>>

/** A version with other fields than the stored one has no definition of its own, and must not be checked by that of the other. */
function writtenAlike(apiVersion: string) {
  return (name: keyof typeof kinds) => (kinds[name] as Kind).olderForms?.[apiVersion] === undefined
}

/** Definitions by their names; what is one in several versions stands for each of them. */
function merged(all: readonly Schemas[]): Schemas {
  const definitions = new Map<string, JsonSchema>()
  for (const [name, schema] of all.flatMap(Object.entries) as [string, JsonSchema][]) {
    const known = definitions.get(name)
    const versions = [...versionsOf(known), ...versionsOf(schema)]
    definitions.set(name, {...(known ?? schema), ...(versions.length > 0 && {[versionsKey]: versions})})
  }
  return Object.fromEntries(definitions)
}

const versionsKey = 'x-kubernetes-group-version-kind'

function versionsOf(schema: JsonSchema | undefined): readonly unknown[] {
  return (schema?.[versionsKey] ?? []) as readonly unknown[]
}

function named(name: string, value: Buffer): Buffer {
  return message([1, name], [2, value])
}

function schemaBytes(schema: JsonSchema): Buffer {
  const {description, format, items, properties, required = [], additionalProperties} = schema
  const reference = referenceIn(schema)
  return message(
    [1, reference],
    [2, format as string | undefined],
    [4, description as string | undefined],
    ...many(19, required as readonly string[]),
    [21, additionalProperties ? message([1, schemaBytes(additionalProperties as JsonSchema)]) : undefined],
    [22, reference ? undefined : typeBytes(schema)],
    [23, items ? message([1, schemaBytes(items as JsonSchema)]) : undefined],
    [25, properties ? propertiesBytes(properties as Schemas) : undefined],
    ...extensions(schema),
  )
}

/** A reference stands alone in this version: what is said beside it is its description. */
function referenceIn({$ref, allOf}: JsonSchema): string | undefined {
  const [only] = (allOf ?? [{$ref}]) as readonly {$ref?: string}[]
  return only?.$ref?.replace('#/components/schemas/', '#/definitions/')
}

/** What may be of several types is a text here. */
function typeBytes({type, oneOf}: JsonSchema): Buffer | undefined {
  const one = oneOf ? 'string' : (type as string | undefined)
  return one === undefined ? undefined : message([1, one])
}

function propertiesBytes(properties: Schemas): Buffer {
  return message(
    ...many(
      1,
      Object.entries(properties).map(([name, schema]) => named(name, schemaBytes(schema))),
    ),
  )
}

/** What Kubernetes adds to OpenAPI, each as YAML, of which JSON is a part. */
function extensions(schema: JsonSchema, number = 31) {
  const added = Object.entries(schema).filter(([key]) => key.startsWith('x-'))
  return many(
    number,
    added.map(([key, value]) => named(key, message([2, `${JSON.stringify(value)}\n`]))),
  )
}

function namedPath(path: string, patch: JsonSchema): Buffer {
  const parameters = patch.parameters as readonly {readonly name: string; readonly description: string}[]
  const query = parameters.map(({name, description}) =>
    message([2, 'query'], [3, description], [4, name], [6, 'string']),
  )
  const items = query.map(one => message([1, message([2, message([3, one])])]))
  return named(path, message([8, message(...many(8, items), ...extensions(patch, 13))]))
}
