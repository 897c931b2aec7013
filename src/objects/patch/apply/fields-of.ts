import type {Schema} from '../../schema.ts'
import {isRecord, type Json, type JsonRecord} from '../json.ts'
import {fieldSchema, itemSchema} from '../merge-schema.ts'
import {type FieldNode, type FieldSet, noFields} from './field-set.ts'
import {itemStep, shapeOf} from './shape.ts'

/** The fields that a configuration names: what who applies it owns. */
export function fieldsOf(object: JsonRecord, schema: Schema): FieldSet {
  return recordFields(object, schema)
}

function recordFields(record: JsonRecord, schema: Schema): FieldSet {
  const result = new Map<string, FieldNode>()
  for (const [key, value] of Object.entries(record)) {
    if (value === undefined) continue
    const node = nodeOf(value, fieldSchema(schema, key), key)
    const empty = isRecord(value) && Object.keys(value).length === 0
    const named = schema.type === 'object' && Object.hasOwn(schema.fields, key)
    const whole = {member: node.member || empty || !named, children: node.children}
    if (whole.member || whole.children.size > 0) result.set(`f:${key}`, whole)
  }
  return result
}

function nodeOf(value: Json, schema: Schema, name: string): FieldNode {
  switch (shapeOf(value, schema, name)) {
    case 'leaf':
      return {member: true, children: noFields}
    case 'record':
      return {member: false, children: recordFields(value as JsonRecord, schema)}
    case 'list':
      return {member: false, children: listFields(value as readonly Json[], schema)}
  }
}

function listFields(list: readonly Json[], schema: Schema): FieldSet {
  const result = new Map<string, FieldNode>()
  for (const item of list) {
    const step = itemStep(item, schema)
    const children = result.has(step) ? noFields : nodeOf(item, itemSchema(schema), '').children
    result.set(step, {member: true, children})
  }
  return result
}
