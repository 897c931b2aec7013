import type {Schema} from '../schema.ts'
import {arrange} from './arrange.ts'
import {goText, isList, isRecord, type Json, type JsonRecord, own} from './json.ts'
import {itemSchema, listMerge} from './merge-schema.ts'
import {badRequest} from './patch-error.ts'

/** How the items themselves merge: lists and mappings need each other, this ties the knot. */
export type Merging = {
  mergeRecord(object: JsonRecord, patch: JsonRecord, schema: Schema): JsonRecord
  clean(value: Json): Json | undefined
}

/** A merged list; `known` is the order in which the server knew its items before. */
export type MergedList = {readonly items: readonly Json[]; readonly known: readonly Json[]}

/** A list after a patch's list, when the patch says nothing of the order: what the patch names comes first. */
export function mergeList(
  before: readonly Json[],
  patch: readonly Json[],
  schema: Schema,
  merging: Merging,
): MergedList {
  const merge = listMerge(schema)
  if (merge === undefined) return {items: cleanItems(patch, merging), known: before}
  const items = [...before, ...patch]
  if (items.some(isList)) throw badRequest('lists of lists are not supported')
  if (merge === 'set') return mergeSet(before, patch)
  if (!items.every(isRecord)) throw badRequest('expected a map, but received another type')
  const key = merge.keys[0]
  return mergeItems(before as readonly JsonRecord[], patch as readonly JsonRecord[], {
    key,
    merging,
    schema: itemSchema(schema),
  })
}

function mergeSet(before: readonly Json[], patch: readonly Json[]): MergedList {
  const merged = [...new Set([...before, ...patch])]
  return {items: arrange({merged, order: patch, known: before, identity: item => item}), known: before}
}

type ItemMerge = {readonly key: string; readonly merging: Merging; readonly schema: Schema}

function mergeItems(before: readonly JsonRecord[], patch: readonly JsonRecord[], context: ItemMerge): MergedList {
  const {key, merging, schema} = context
  const {deleted, replaces, changes} = sortOut(patch, key)
  if (replaces) return {items: cleanItems(changes, merging), known: before}
  const survivors = before.filter(item => !deleted.has(keyOf(item, key)))
  const merged: JsonRecord[] = [...survivors]
  const places = new Map<Json, number>()
  for (const [place, item] of survivors.entries())
    if (!places.has(keyOf(item, key))) places.set(keyOf(item, key), place)
  for (const change of changes) {
    const place = places.get(keyOf(change, key))
    const found = place === undefined ? undefined : merged[place]
    if (place !== undefined && found) merged[place] = merging.mergeRecord(found, change, schema)
    else places.set(keyOf(change, key), merged.push(merging.clean(change) as JsonRecord) - 1)
  }
  const identity = (item: Json) => keyOf(item as JsonRecord, key)
  const items = arrange({merged, order: changes, known: survivors, identity})
  // The API server puts new items where deleted ones stood, and then takes as many of them for items it knew.
  const added = merged.slice(survivors.length, before.length)
  return {items, known: [...survivors, ...added]}
}

type Sorted = {readonly deleted: ReadonlySet<Json>; readonly replaces: boolean; readonly changes: readonly JsonRecord[]}

function sortOut(patch: readonly JsonRecord[], key: string): Sorted {
  const deleted = new Set<Json>()
  const changes: JsonRecord[] = []
  let replaces = false
  for (const item of patch) {
    const directive = own(item, '$patch')
    if (directive === undefined) changes.push(item)
    else if (directive === 'delete') deleted.add(keyOf(item, key))
    else if (directive === 'replace') replaces = true
    else if (directive === 'merge') throw badRequest('merging lists cannot yet be specified in the patch')
    else throw badRequest(`unknown patch type: ${String(directive)} in map: ${goText(item)}`)
  }
  return {deleted, replaces, changes}
}

/** What tells an item from the others of its list. */
export function keyOf(item: JsonRecord, key: string): Json {
  const value = own(item, key)
  if (value === undefined) throw badRequest(`map: ${goText(item)} does not contain declared merge key: ${key}`)
  return value
}

export function cleanItems(items: readonly Json[], merging: Merging): readonly Json[] {
  return items.map(item => merging.clean(item)).filter(item => item !== undefined)
}
