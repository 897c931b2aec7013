import type {Schema} from '../schema.ts'
import {goText, isList, isRecord, type Json, type JsonRecord, own} from './json.ts'
import {fieldSchema} from './merge-schema.ts'
import {badRequest} from './patch-error.ts'
import {mergeList} from './strategic-list.ts'
import {ordered} from './strategic-order.ts'

/*
 * A strategic merge patch looks like the object and carries orders for the merge in keys that begin with `$`:
 *
 *     $patch: delete | replace              in a mapping, in an item of a list; `- $patch: replace` replaces the whole list
 *     $retainKeys: [type]                   of this mapping, these keys alone stay
 *     $setElementOrder/containers: [...]    the order that the list has afterwards, items of the server's own apart
 *     $deleteFromPrimitiveList/args: [...]  scalars that leave the list
 *
 * Which lists merge, and by which key, the schema says; all others are replaced.
 */
const orderPrefix = '$setElementOrder/'
const deletionPrefix = '$deleteFromPrimitiveList/'

/** The object after a strategic merge patch. Throws PatchError where the patch contradicts itself or the schema. */
export function strategicMerge(object: JsonRecord, patch: Json, schema: Schema): JsonRecord {
  if (!isRecord(patch)) throw badRequest('invalid JSON document')
  return mergeRecord(object, patch, schema)
}

function mergeRecord(object: JsonRecord, patch: JsonRecord, schema: Schema): JsonRecord {
  const directive = own(patch, '$patch')
  if (directive !== undefined) return directed(directive, patch)
  const result = new Map<string, Json>(Object.entries(retained(object, patch)))
  const reordered = mergeOrderedLists(result, patch, schema)
  for (const [key, value] of Object.entries(patch)) {
    if (isDirective(key) || reordered.has(key)) continue
    if (value === null) result.delete(key)
    else mergeField(result, key, value, fieldSchema(schema, key))
  }
  for (const [key, value] of Object.entries(patch))
    if (key.startsWith(deletionPrefix)) removeScalars(result, key, value)
  return Object.fromEntries(result)
}

function directed(directive: Json, patch: JsonRecord): JsonRecord {
  if (directive === 'delete') return {}
  if (directive === 'replace') return Object.fromEntries(cleanEntries(patch))
  throw badRequest(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`)
}

function mergeField(result: Map<string, Json>, key: string, patch: Json, schema: Schema): void {
  const before = result.get(key)
  const merged = mergeValue(before, patch, schema)
  const emptied = schema.type === 'map' && isRecord(patch) && own(patch, '$patch') === 'delete'
  if (merged === undefined || emptied) result.delete(key)
  else result.set(key, merged)
}

function mergeValue(before: Json | undefined, patch: Json, schema: Schema): Json | undefined {
  if (isRecord(before) && isRecord(patch)) return mergeRecord(before, patch, schema)
  if (isList(before) && isList(patch)) return mergeList(before, patch, schema, {mergeRecord, clean}).items
  return clean(patch)
}

/** `$retainKeys` takes all other keys away, and the patch may set none but those. */
function retained(object: JsonRecord, patch: JsonRecord): JsonRecord {
  const list = own(patch, '$retainKeys')
  if (list === undefined) return object
  if (!isList(list)) throw badRequest('invalid patch format of retainKeys')
  const keys = new Set<Json>(list)
  const strays = Object.entries(patch).filter(([key, value]) => value !== null && !isDirective(key) && !keys.has(key))
  if (strays.length > 0) throw badRequest("patch content doesn't match retainKeys list")
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.has(key)))
}

/** Merges the lists whose order the patch gives; answers with their names. */
function mergeOrderedLists(result: Map<string, Json>, patch: JsonRecord, schema: Schema): ReadonlySet<string> {
  const done = new Set<string>()
  for (const [directive, order] of Object.entries(patch)) {
    if (!directive.startsWith(orderPrefix)) continue
    const key = directive.slice(orderPrefix.length)
    const before = listOrNone(result.get(key))
    const change = listOrNone(own(patch, key))
    if (before === undefined && change === undefined) continue
    if (!isList(order)) throw badRequest('invalid patch format of setElementOrder list')
    const merging = {mergeRecord, clean}
    result.set(key, ordered({before, change, order, schema: fieldSchema(schema, key), merging}))
    done.add(key)
  }
  return done
}

function listOrNone(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || isList(value)) return value
  throw badRequest(
    `expected a []interface {}, but received a ${isRecord(value) ? 'map[string]interface {}' : typeof value}`,
  )
}

function removeScalars(result: Map<string, Json>, directive: string, scalars: Json): void {
  const key = directive.slice(deletionPrefix.length)
  const list = result.get(key)
  if (!isList(scalars)) throw badRequest('invalid patch format of primitive list')
  if (!isList(list)) return
  const gone = new Set<Json>(scalars)
  result.set(
    key,
    list.filter(item => !gone.has(item)),
  )
}

/** A patch's value where nothing was to merge it with: without nulls and orders; undefined when it is itself an order. */
function clean(value: Json): Json | undefined {
  if (isList(value)) return value.map(clean).filter(item => item !== undefined)
  if (!isRecord(value)) return value
  return own(value, '$patch') === undefined ? Object.fromEntries(cleanEntries(value)) : undefined
}

function cleanEntries(record: JsonRecord): [string, Json][] {
  return Object.entries(record).flatMap(([key, value]): [string, Json][] => {
    const kept = isDirective(key) || value === null ? undefined : clean(value)
    return kept === undefined ? [] : [[key, kept]]
  })
}

function isDirective(key: string): boolean {
  return key === '$patch' || key === '$retainKeys' || key.startsWith(orderPrefix) || key.startsWith(deletionPrefix)
}
