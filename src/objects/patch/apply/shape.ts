import type {Schema} from '../../schema.ts'
import {isList, isRecord, type Json, own} from '../json.ts'
import {listMerge} from '../merge-schema.ts'
import {badRequest} from '../patch-error.ts'

/**
 * Fields that Kubernetes owns and replaces as one, though they are mappings: selectors would mean something else when two managers
 * each held a part of them, and so would references.
 */
const atomicFields = new Set([
  'selector',
  'labelSelector',
  'nodeSelector',
  'namespaceSelector',
  'podSelector',
  'targetRef',
  'involvedObject',
  'secretKeyRef',
  'configMapKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'nodeSelectorTerms',
])

/** How a value is owned: as one, field by field, or item by item. */
export type Shape = 'leaf' | 'record' | 'list'

/** The shape of a value; one that is not there takes the other's. */
export function shapeOf(value: Json | undefined, schema: Schema, name: string): Shape {
  if (isRecord(value)) return atomicFields.has(name) ? 'leaf' : 'record'
  return isList(value) && listMerge(schema) !== undefined ? 'list' : 'leaf'
}

/** What names an item in fieldsV1: `k:{"containerPort":80,"protocol":"TCP"}`. */
export function itemStep(item: Json, schema: Schema): string {
  const merge = listMerge(schema)
  if (merge === undefined || merge === 'set') return `v:${JSON.stringify(item)}`
  if (!isRecord(item)) throw badRequest('associative list with keys may not have non-map elements')
  const pairs = merge.keys.toSorted().map(key => [key, own(item, key) ?? defaultKeys[key]] as const)
  const known = pairs.filter(([, value]) => value !== undefined)
  if (known.length === 0)
    throw badRequest(
      `associative list with keys has an element that omits key field ${JSON.stringify(merge.keys[0])} (and doesn't have default value)`,
    )
  return `k:${JSON.stringify(Object.fromEntries(known))}`
}

const defaultKeys: Readonly<Record<string, string>> = {protocol: 'TCP'}
