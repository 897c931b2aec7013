import type {Schema} from '../objects/schema.ts'
import {misspelt} from './go-scalars.ts'
import {itemTypeAt, scalarAt, structAt, typeAt} from './go-types.ts'

/** A value of the wrong type, in the words of Go's JSON decoder. */
export class UnmarshalError extends Error {
  override readonly name = 'UnmarshalError'
}

/** A foreign value as its schema has it; `unknown` names the fields that were left out because the schema knows none such. */
export type Unmarshalled = {readonly value: unknown; readonly unknown: readonly string[]}

/**
 * Reads a value as the API server does: fields that it does not know are dropped and told, nulls are as good as not there, and a value of
 * the wrong type ends it. Whether the values are any good is for others to say. Throws UnmarshalError.
 */
export function unmarshal(kind: string, schema: Schema, value: unknown): Unmarshalled {
  const unknown: string[] = []
  const read = readAt(schema, value, {kind, names: [], field: '', item: false, unknown})
  return {value: read, unknown}
}

type Place = {
  readonly kind: string
  /** The fields that lead here, without indexes. */
  readonly names: readonly string[]
  /** The same as people read it: `spec.containers[0]`. */
  readonly field: string
  /** Whether it is one of those that stand in a list or a map, which is what `names` leads to. */
  readonly item: boolean
  readonly unknown: string[]
}

function readAt(schema: Schema, value: unknown, place: Place): unknown {
  switch (schema.type) {
    case 'anything':
    case 'unsupported':
      return value
    case 'object':
      return readFields(schema.fields, value, place)
    case 'map':
      if (!isRecord(value)) throw mistyped(value, place, 'map[string]string')
      return mapValues(value, (inner, key) => readAt(schema.values, inner ?? '', inMap(place, key)))
    case 'array':
      if (!Array.isArray(value)) throw mistyped(value, place, '[]string')
      return value.map((item, index) => readAt(schema.items, item, inList(place, index)))
    case 'string':
      if (typeof value !== 'string') throw mistyped(value, place, 'string')
      return spelt(value, place)
    case 'integer':
      if (!Number.isInteger(value)) throw mistyped(value, place, 'int32')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw mistyped(value, place, 'bool')
      return value
    case 'integerOrString':
      return readIntOrString(schema, value, place)
  }
}

/** A port, or a quantity, which may be a number with a fraction. */
function readIntOrString({integer}: Extract<Schema, {type: 'integerOrString'}>, value: unknown, place: Place): unknown {
  const number = integer.type === 'anything' ? typeof value === 'number' : Number.isInteger(value)
  if (typeof value !== 'string' && !number) throw mistyped(value, place, 'int32')
  return spelt(value, place)
}

function readFields(fields: Readonly<Record<string, Schema>>, value: unknown, place: Place): unknown {
  if (!isRecord(value)) throw mistyped(value, place, `v1.${structAt(place.kind, place.names)}`)
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const schema = Object.hasOwn(fields, key) ? fields[key] : undefined
    const inside = deeper(place, key)
    if (schema === undefined) {
      place.unknown.push(inside.field)
      return []
    }
    return inner === null || inner === undefined ? [] : [[key, readAt(schema, inner, inside)] as const]
  })
  return Object.fromEntries(entries)
}

/** The value; a text may have to be that of a time or of bytes. */
function spelt(text: unknown, {kind, names}: Place): unknown {
  if (typeof text !== 'string') return text
  const why = misspelt(text, scalarAt(kind, names))
  if (why !== undefined) throw new UnmarshalError(why)
  return text
}

function deeper(place: Place, key: string): Place {
  const field = place.field === '' ? key : `${place.field}.${key}`
  return {...place, names: [...place.names, key], field, item: false}
}

function inList(place: Place, index: number): Place {
  return {...place, field: `${place.field}[${index}]`, item: true}
}

function inMap(place: Place, key: string): Place {
  return {...place, field: `${place.field}.${key}`, item: true}
}

/** `otherwise` is the type where Go's own is not known. */
function mistyped(value: unknown, {kind, names, item}: Place, otherwise: string): UnmarshalError {
  const found = `json: cannot unmarshal ${wordFor(value)} into Go`
  if (names.length === 0) return new UnmarshalError(`${found} value of type ${otherwise}`)
  const expected = (item ? itemTypeAt(kind, names) : typeAt(kind, names)) ?? otherwise
  const field = `${structAt(kind, names.slice(0, -1))}.${names.join('.')}`
  return new UnmarshalError(`${found} struct field ${field} of type ${expected}`)
}

function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function mapValues<T>(
  value: Readonly<Record<string, unknown>>,
  change: (inner: unknown, key: string) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner, key)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
