import {isRecord, type Json, type JsonRecord} from '../json.ts'
import {badRequest} from '../patch-error.ts'

/**
 * Fields of an object, as `managedFields` lists them: a tree of steps, where a step may be a member itself. The steps are text as in
 * fieldsV1: `f:replicas` a field, `k:{"name":"web"}` an item of a list by its keys, `v:"x"` an item of a set, `i:0` one by its place.
 */
export type FieldSet = ReadonlyMap<string, FieldNode>
export type FieldNode = {readonly member: boolean; readonly children: FieldSet}

export const noFields: FieldSet = new Map()

/** Reads fieldsV1. Throws PatchError. */
export function parseFields(fields: Json): FieldSet {
  if (!isRecord(fields)) throw badRequest('error decoding set: expected a mapping')
  const entries = Object.entries(fields).filter(([step]) => step !== '.')
  return new Map(
    entries.map(([step, inner]) => {
      if (!/^[fkvi]:/s.test(step)) throw badRequest(`error decoding set: ${JSON.stringify(step)} is no path element`)
      const children = parseFields(inner)
      return [step, {member: children.size === 0 || Object.hasOwn(inner as JsonRecord, '.'), children}]
    }),
  )
}

/** Prints fieldsV1, in the order of the API server. */
export function printFields(set: FieldSet): JsonRecord {
  return Object.fromEntries(
    [...set].toSorted(([a], [b]) => compareSteps(a, b)).map(([step, node]) => [step, printNode(node)]),
  )
}

function printNode({member, children}: FieldNode): JsonRecord {
  return children.size === 0 ? {} : {...(member && {'.': {}}), ...printFields(children)}
}

/** Fields, then items by key, by value, by place; numbers by size. */
function compareSteps(a: string, b: string): number {
  const kinds = 'fkvi'.indexOf(a.charAt(0)) - 'fkvi'.indexOf(b.charAt(0))
  if (kinds !== 0) return kinds
  if (a.startsWith('f:')) return compareText(a, b)
  return compareValues(valuesOf(a), valuesOf(b))
}

function valuesOf(step: string): readonly unknown[] {
  const value: unknown = JSON.parse(step.slice(2))
  return isRecord(value) ? Object.entries(value).flat() : [value]
}

function compareValues(a: readonly unknown[], b: readonly unknown[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at]
    const order =
      typeof value === 'number' && typeof other === 'number' ? value - other : compareText(String(value), String(other))
    if (order !== 0) return order
  }
  return a.length - b.length
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result = new Map(a)
  for (const [step, node] of b) {
    const other = result.get(step)
    result.set(
      step,
      other ? {member: other.member || node.member, children: union(other.children, node.children)} : node,
    )
  }
  return result
}

/** The members of `a` that are none of `b`; to take a field away leaves those below it. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, (step, {member, children}) => {
    const other = b.get(step)
    return other
      ? {member: member && !other.member, children: difference(children, other.children)}
      : {member, children}
  })
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, (step, {member, children}) => {
    const other = b.get(step)
    return {
      member: member && other?.member === true,
      children: other ? intersection(children, other.children) : noFields,
    }
  })
}

/** Without these fields and all that is below them. */
export function without(a: FieldSet, steps: readonly string[]): FieldSet {
  return new Map([...a].filter(([step]) => !steps.includes(step)))
}

/** With every field that has something below it as a member. */
export function withNamedFields(a: FieldSet): FieldSet {
  return new Map(
    [...a].map(([step, {member, children}]) => [
      step,
      {member: member || step.startsWith('f:'), children: withNamedFields(children)},
    ]),
  )
}

function combine(a: FieldSet, change: (step: string, node: FieldNode) => FieldNode): FieldSet {
  const result = new Map<string, FieldNode>()
  for (const [step, node] of a) {
    const changed = change(step, node)
    if (changed.member || changed.children.size > 0) result.set(step, changed)
  }
  return result
}

/** The paths of all members, as conflicts name them: `.spec.containers[name="web"].image`. */
export function printPaths(set: FieldSet, prefix = ''): readonly string[] {
  const sorted = [...set].toSorted(([a], [b]) => compareSteps(a, b))
  const members = sorted.filter(([, {member}]) => member).map(([step]) => prefix + printStep(step))
  return [...members, ...sorted.flatMap(([step, {children}]) => printPaths(children, prefix + printStep(step)))]
}

function printStep(step: string): string {
  const text = step.slice(2)
  if (step.startsWith('f:')) return `.${text}`
  if (step.startsWith('v:')) return `[=${text}]`
  if (step.startsWith('i:')) return `[${text}]`
  const keys = Object.entries(JSON.parse(text) as JsonRecord)
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
