import type {Schema} from '../schema.ts'
import {arrange} from './arrange.ts'
import {goText, isRecord, type Json, type JsonRecord, own} from './json.ts'
import {listMerge} from './merge-schema.ts'
import {badRequest} from './patch-error.ts'
import {cleanItems, keyOf, type MergedList, type Merging, mergeList} from './strategic-list.ts'

type OrderedMerge = {
  readonly before: readonly Json[] | undefined
  readonly change: readonly Json[] | undefined
  readonly order: readonly Json[]
  readonly schema: Schema
  readonly merging: Merging
}

/** A list after a patch that gives its order; items that the order does not name keep their place among those they stood with. */
export function ordered({before, change, order, schema, merging}: OrderedMerge): readonly Json[] {
  const merge = listMerge(schema)
  const key = merge === undefined || merge === 'set' ? undefined : merge.keys[0]
  const identity = (item: Json) => identityOf(item, key)
  if (merge !== undefined) checkOrder(change ?? [], order, identity)
  const {items, known} = merged({before, change, order, schema, merging})
  return merge === undefined ? items : arrange({merged: items, order, known, identity})
}

function merged({before, change, schema, merging}: OrderedMerge): MergedList {
  if (before && change) return mergeList(before, change, schema, merging)
  return before ? {items: before, known: before} : {items: cleanItems(change ?? [], merging), known: []}
}

/** The patch's items must come in the order that it gives. */
function checkOrder(change: readonly Json[], order: readonly Json[], identity: (item: Json) => Json): void {
  const items = change.filter(item => !(isRecord(item) && own(item, '$patch') !== undefined))
  if (items.length === 0 || order.length === 0) return
  let next = 0
  for (const place of order) if (next < items.length && identity(items[next] ?? null) === identity(place)) next++
  if (next < items.length)
    throw badRequest(
      `The order in patch list:\n${goText(change)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`,
    )
}

function identityOf(item: Json, key: string | undefined): Json {
  if (key === undefined) return item
  if (!isRecord(item)) throw badRequest('expected a map, but received another type')
  return keyOf(item as JsonRecord, key)
}
