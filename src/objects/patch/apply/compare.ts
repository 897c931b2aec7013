import {equal} from '../../equal.ts'
import type {Schema} from '../../schema.ts'
import {isList, isRecord, type Json, type JsonRecord, own} from '../json.ts'
import {fieldSchema, itemSchema} from '../merge-schema.ts'
import type {FieldSet} from './field-set.ts'
import {itemStep, shapeOf} from './shape.ts'

/** Which fields differ between two states of an object. */
export type Comparison = {readonly added: FieldSet; readonly modified: FieldSet; readonly removed: FieldSet}

type Growing = Map<string, {member: boolean; children: Growing}>
type Found = {readonly added: Growing; readonly modified: Growing; readonly removed: Growing}
type At = {readonly schema: Schema; readonly name: string; readonly path: readonly string[]}
type Value = Json | undefined

export function compare(before: JsonRecord, after: JsonRecord, schema: Schema): Comparison {
  const found: Found = {added: new Map(), modified: new Map(), removed: new Map()}
  compareValues(before, after, {schema, name: '', path: []}, found)
  return found
}

function compareValues(before: Value, after: Value, at: At, found: Found): void {
  const shape = commonShape(before, after, at)
  if (shape === 'leaf' || (isEmpty(before) && isEmpty(after))) {
    compareLeaves(before, after, at.path, found)
    return
  }
  if (shape === 'record') compareRecords(asRecord(before), asRecord(after), at, found)
  else compareLists(asList(before), asList(after), at, found)
  if (before === undefined) insert(found.added, at.path)
  if (after === undefined) insert(found.removed, at.path)
}

/** What is null or not there takes the other's shape; two that differ are compared as one. */
function commonShape(before: Value, after: Value, {schema, name}: At) {
  const [first, second] = [shapeOf(before, schema, name), shapeOf(after, schema, name)]
  if (before === undefined || before === null) return second
  return after === undefined || after === null || first === second ? first : 'leaf'
}

function compareLeaves(before: Value, after: Value, path: readonly string[], found: Found): void {
  if (before === undefined) insert(found.added, path)
  else if (after === undefined) insert(found.removed, path)
  else if (!equal(before, after)) insert(found.modified, path)
}

function compareRecords(before: JsonRecord, after: JsonRecord, {schema, path}: At, found: Found): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [own(before, key), own(after, key)]
    if (old === undefined && now === undefined) continue
    compareValues(old, now, {schema: fieldSchema(schema, key), name: key, path: [...path, `f:${key}`]}, found)
  }
}

function compareLists(before: readonly Json[], after: readonly Json[], at: At, found: Found): void {
  const [old, now] = [byStep(before, at.schema), byStep(after, at.schema)]
  for (const step of new Set([...old.keys(), ...now.keys()])) {
    const [left, right] = [old.get(step) ?? [], now.get(step) ?? []]
    const path = [...at.path, step]
    const inner = {schema: itemSchema(at.schema), name: '', path}
    if (left.length <= 1 && right.length <= 1) compareValues(left[0], right[0], inner, found)
    else if (left.length > 1 && right.length > 1) compareLeaves(left, right, path, found)
    else compareDuplicates(left, right, inner, found)
  }
}

/** Items of one key, twice on one side only. */
function compareDuplicates(left: readonly Json[], right: readonly Json[], at: At, found: Found): void {
  if (left.length > 1) {
    if (right.length > 0) compareValues(undefined, right[0], at, found)
    insert(found.removed, at.path)
  } else {
    if (left.length > 0) compareValues(left[0], undefined, at, found)
    insert(found.added, at.path)
  }
}

function byStep(list: readonly Json[], schema: Schema): ReadonlyMap<string, readonly Json[]> {
  return Map.groupBy(list, item => itemStep(item, schema))
}

function insert(set: Growing, path: readonly string[]): void {
  let level = set
  for (const [at, step] of path.entries()) {
    const node = level.get(step) ?? {member: false, children: new Map()}
    level.set(step, node)
    if (at === path.length - 1) node.member = true
    level = node.children
  }
}

function isEmpty(value: Value): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function asRecord(value: Value): JsonRecord {
  return isRecord(value) ? value : {}
}

function asList(value: Value): readonly Json[] {
  return isList(value) ? value : []
}
