import {badRequest} from './patch-error.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonRecord
export type JsonRecord = {readonly [key: string]: Json}

/** How deep a patch may nest. No Kubernetes object comes near; without a bound, recursion ends where the stack does. */
const maxDepth = 500

/** The JSON value of a patch's body. Throws PatchError when it is none, or nests without measure. */
export function parsePatch(text: string): Json {
  try {
    return boundedJson(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest(goSyntaxError(error.message))
    throw error
  }
}

/** The same value, once it is sure that walking it by recursion ends well. */
export function boundedJson(value: unknown): Json {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw badRequest('exceeded max depth')
    const next: unknown[] = []
    for (const item of level)
      if (typeof item === 'object' && item !== null) for (const inner of Object.values(item)) next.push(inner)
    level = next
  }
  return value as Json
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value)
}

/** The field of that name; what every JavaScript object inherits is none. */
export function own(record: JsonRecord, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The value without nulls in mappings, which mean "not there". */
export function withoutNulls(value: Json): Json {
  if (isList(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  const present = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined)
  return Object.fromEntries(present.map(([key, inner]) => [key, withoutNulls(inner)]))
}

/** A value as Go's `%v` prints it: `map[name:web port:80]`. */
export function goText(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>'
  if (isList(value)) return `[${value.map(goText).join(' ')}]`
  if (!isRecord(value)) return String(value)
  const keys = Object.keys(value).toSorted()
  return `map[${keys.map(key => `${key}:${goText(value[key])}`).join(' ')}]`
}

function goSyntaxError(message: string): string {
  const character = /^Unexpected token '?(.)'?[,\s]/su.exec(message)?.[1]
  return character === undefined
    ? 'unexpected end of JSON input'
    : `invalid character '${character}' looking for beginning of value`
}
