import type {Schema} from '../../schema.ts'
import {isList, isRecord, type Json, type JsonRecord, own} from '../json.ts'
import {fieldSchema, itemSchema} from '../merge-schema.ts'
import {badRequest} from '../patch-error.ts'
import type {FieldSet} from './field-set.ts'
import {itemStep, shapeOf} from './shape.ts'

/** The live object with an applied configuration laid over it. */
export function mergeConfig(live: JsonRecord, config: JsonRecord, schema: Schema): JsonRecord {
  const result = new Map<string, Json>(Object.entries(live))
  for (const [key, value] of Object.entries(config))
    result.set(key, mergeValue(own(live, key), value, fieldSchema(schema, key), key))
  return Object.fromEntries(result)
}

function mergeValue(live: Json | undefined, config: Json, schema: Schema, name: string): Json {
  const shape = shapeOf(config, schema, name)
  if (shape === 'record' && isRecord(live)) return mergeConfig(live, config as JsonRecord, schema)
  if (shape === 'list') return mergeItems(isList(live) ? live : [], config as readonly Json[], schema, name)
  return config
}

/** The configuration decides how the items that it names follow each other; all others stay where they are between them. */
function mergeItems(live: readonly Json[], config: readonly Json[], schema: Schema, name: string): readonly Json[] {
  const there = new Map(live.map(item => [itemStep(item, schema), item]))
  const queue = [...namedItems(config, schema, name)].map(([step, item]) => {
    const before = there.get(step)
    return {step, item: before === undefined ? item : mergeValue(before, item, itemSchema(schema), '')}
  })
  const places = new Map(queue.map(({step}, place) => [step, place]))
  const shared = queue.map(({step}) => step).filter(step => there.has(step))
  const result: Json[] = []
  let [next, turn] = [0, 0]
  for (const item of live) {
    const step = itemStep(item, schema)
    if (!places.has(step)) result.push(item)
    if (step !== shared[turn]) continue
    const end = (places.get(step) ?? 0) + 1
    for (const entry of queue.slice(next, end)) result.push(entry.item)
    next = end
    turn++
  }
  return [...result, ...queue.slice(next).map(({item}) => item)]
}

function namedItems(config: readonly Json[], schema: Schema, name: string): ReadonlyMap<string, Json> {
  const items = new Map<string, Json>()
  for (const item of config) {
    const step = itemStep(item, schema)
    if (items.has(step)) throw badRequest(`.${name}: duplicate entries for key ${step.slice(2)}`)
    items.set(step, item)
  }
  return items
}

/** The value without these fields; a mapping or list that loses all it had is gone. */
export function removeFields(object: JsonRecord, gone: FieldSet, schema: Schema): JsonRecord {
  return (removeFromRecord(object, gone, schema) ?? {}) as JsonRecord
}

function removeFromRecord(record: JsonRecord, gone: FieldSet, schema: Schema): JsonRecord | undefined {
  const kept = Object.entries(record).flatMap(([key, value]): [string, Json][] => {
    const node = gone.get(`f:${key}`)
    if (node === undefined) return [[key, value]]
    if (node.member) return []
    const rest = removeFromValue(value, node.children, fieldSchema(schema, key), key)
    return rest === undefined ? [] : [[key, rest]]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function removeFromValue(value: Json, gone: FieldSet, schema: Schema, name: string): Json | undefined {
  switch (shapeOf(value, schema, name)) {
    case 'leaf':
      return value
    case 'record':
      return removeFromRecord(value as JsonRecord, gone, schema)
    case 'list': {
      const kept = (value as readonly Json[]).flatMap(item => {
        const node = gone.get(itemStep(item, schema))
        if (node === undefined) return [item]
        if (node.member) return []
        return removeFromValue(item, node.children, itemSchema(schema), '') ?? []
      })
      return kept.length === 0 ? undefined : kept
    }
  }
}
