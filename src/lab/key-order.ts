import {z} from 'zod'
import type {CheckForm} from './check-schema.ts'
import {labSchema, manifestSchema} from './schema.ts'

/** The order in which a mapping's keys are written, and those of what stands below it. Keys that are not named come last. */
export type KeyOrder = {
  readonly keys: readonly string[]
  readonly below: Readonly<Record<string, KeyOrder>>
  /** For the items of a list, and for entries whose names are free. */
  readonly each?: KeyOrder
}

const none: KeyOrder = {keys: [], below: {}}

/** A Kubernetes object begins as everybody writes it; what is in it keeps the order of its author. */
const objectOrder: KeyOrder = {keys: ['apiVersion', 'kind', 'metadata', 'spec', 'status'], below: {}}

/** The order of a lab file: the schema's. */
export function labKeyOrder(checks: Readonly<Record<string, CheckForm>>): KeyOrder {
  return orderOf(labSchema(checks))
}

function orderOf(schema: unknown): KeyOrder {
  if (schema === manifestSchema) return {...objectOrder, each: objectOrder}
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries(schema.shape)
    return {
      keys: fields.map(([key]) => key),
      below: Object.fromEntries(fields.map(([key, field]) => [key, orderOf(field)])),
    }
  }
  if (schema instanceof z.ZodArray) return {...none, each: orderOf(schema.element)}
  if (schema instanceof z.ZodRecord) return {...none, each: orderOf(schema.valueType)}
  if (schema instanceof z.ZodUnion) return schema.options.map(orderOf).reduce(both, none)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return orderOf(schema.unwrap())
  return none
}

function both(a: KeyOrder, b: KeyOrder): KeyOrder {
  const each = a.each ?? b.each
  return {keys: [...new Set([...a.keys, ...b.keys])], below: {...a.below, ...b.below}, ...(each && {each})}
}
