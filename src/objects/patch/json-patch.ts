import {equal} from '../equal.ts'
import {boundedJson, isList, isRecord, type Json, type JsonRecord, own} from './json.ts'
import {badRequest, PatchError, unfit} from './patch-error.ts'

const maxOperations = 10_000
/** What all `copy` operations of a patch may add: without a bound, doubling thirty times fills any memory. */
const maxCopied = 3 * 1024 * 1024

type Operation = {readonly op: string; readonly path: string; readonly fields: JsonRecord}

/**
 * The object after a JSON patch (RFC 6902). Written out here, since the library at hand compares lists in quadratic time and
 * takes `constructor` for no key, though a label may be named so.
 */
export function jsonPatch(object: JsonRecord, patch: Json): JsonRecord {
  const operations = readOperations(patch)
  let document: Json = structuredClone(object)
  let copied = 0
  for (const operation of operations) {
    document = applyOperation(document, operation, size => {
      copied += size
      if (copied > maxCopied)
        throw unfit(
          `Unable to complete the copy, the accumulated size increase of copy operations is ${copied}, exceeding the limit ${maxCopied}`,
        )
    })
  }
  if (!isRecord(document)) throw unfit('the patch leaves no object')
  return boundedJson(document) as JsonRecord
}

function readOperations(patch: Json): readonly Operation[] {
  if (!isList(patch)) throw badRequest(`json: cannot unmarshal ${goKind(patch)} into Go value of type jsonpatch.Patch`)
  if (patch.length > maxOperations)
    throw new PatchError(
      'badRequest',
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    )
  return patch.map(readOperation)
}

function readOperation(fields: Json): Operation {
  if (!isRecord(fields))
    throw badRequest(`json: cannot unmarshal ${goKind(fields)} into Go value of type jsonpatch.Operation`)
  const [op, path] = [own(fields, 'op'), own(fields, 'path')]
  if (typeof op !== 'string') throw unfit(`Unexpected kind: ${op === undefined ? 'unknown' : JSON.stringify(op)}`)
  if (typeof path !== 'string') throw unfit(`${op} operation does not apply: missing path`)
  return {op, path, fields}
}

function goKind(value: Json): string {
  if (isList(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return value === null ? 'null' : typeof value
}

function applyOperation(document: Json, operation: Operation, count: (size: number) => void): Json {
  const {op, path, fields} = operation
  const steps = pointer(operation, path)
  switch (op) {
    case 'add':
      return put(document, steps, clone(operand(operation)), operation)
    case 'remove':
      return taken(document, steps, operation)
    case 'replace':
      return replaced(document, steps, clone(operand(operation)), operation)
    case 'move': {
      const from = fromOf(operation)
      if (path.startsWith(`${String(fields.from)}/`)) throw missing(operation, path)
      const value = existing(document, from, operation)
      return put(taken(document, from, operation), steps, value, operation)
    }
    case 'copy': {
      const value = clone(existing(document, fromOf(operation), operation))
      count(JSON.stringify(value).length)
      return put(document, steps, value, operation)
    }
    case 'test': {
      const found = find(document, steps) ?? null
      if (equal(found, own(fields, 'value') ?? null)) return document
      throw unfit(`testing value ${path} failed: test failed`)
    }
  }
  throw unfit(`Unexpected kind: ${op}`)
}

function put(document: Json, steps: readonly string[], value: Json, operation: Operation): Json {
  const key = steps.at(-1)
  if (key === undefined) return value
  const parent = parentOf(document, steps, operation)
  if (Array.isArray(parent)) parent.splice(key === '-' ? parent.length : index(parent, key, 1, operation), 0, value)
  else set(parent as JsonRecord, key, value)
  return document
}

function replaced(document: Json, steps: readonly string[], value: Json, operation: Operation): Json {
  const key = steps.at(-1)
  if (key === undefined) return value
  existing(document, steps, operation)
  const parent = parentOf(document, steps, operation)
  if (Array.isArray(parent)) parent[Number(key)] = value
  else set(parent as JsonRecord, key, value)
  return document
}

function taken(document: Json, steps: readonly string[], operation: Operation): Json {
  const key = steps.at(-1)
  if (key === undefined) throw missing(operation, '')
  existing(document, steps, operation)
  const parent = parentOf(document, steps, operation)
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string, Json>)[key]
  return document
}

function existing(document: Json, steps: readonly string[], operation: Operation): Json {
  const value = find(document, steps)
  if (value === undefined) throw missing(operation, printPointer(steps))
  return value
}

function parentOf(document: Json, steps: readonly string[], operation: Operation): Json {
  const parent = find(document, steps.slice(0, -1))
  if (typeof parent !== 'object' || parent === null) throw missing(operation, printPointer(steps))
  return parent
}

function find(document: Json, steps: readonly string[]): Json | undefined {
  let value: Json | undefined = document
  for (const step of steps) {
    if (isList(value)) value = isIndex(step) ? value[Number(step)] : undefined
    else value = isRecord(value) ? own(value, step) : undefined
  }
  return value
}

function index(list: readonly Json[], key: string, beyond: number, operation: Operation): number {
  if (!isIndex(key) || Number(key) >= list.length + beyond)
    throw unfit(`${operation.op} operation does not apply: Unable to access invalid index: ${key}`)
  return Number(key)
}

function isIndex(step: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(step)
}

/** As an assignment, but a key named `__proto__` is a key like any other. */
function set(record: JsonRecord, key: string, value: Json): void {
  Object.defineProperty(record, key, {value, writable: true, enumerable: true, configurable: true})
}

function operand({op, path, fields}: Operation): Json {
  const value = own(fields, 'value')
  if (value === undefined) throw unfit(`${op} operation for path ${path} has no value`)
  return value
}

function fromOf(operation: Operation): readonly string[] {
  const from = own(operation.fields, 'from')
  if (typeof from !== 'string') throw unfit(`${operation.op} operation does not apply: missing from`)
  return pointer(operation, from)
}

function pointer(operation: Operation, text: string): readonly string[] {
  const [first, ...steps] = text.split('/')
  if (first !== '') throw missing(operation, text)
  return steps.map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function printPointer(steps: readonly string[]): string {
  return steps.map(step => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function missing({op}: Operation, path: string): PatchError {
  return unfit(`${op} operation does not apply: doc is missing path: ${path}: missing value`)
}

function clone(value: Json): Json {
  return typeof value === 'object' ? structuredClone(value) : value
}
