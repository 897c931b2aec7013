import type {ManagedFields} from '../../kube-object.ts'
import type {Schema} from '../../schema.ts'
import {isList, isRecord, type JsonRecord, own} from '../json.ts'
import {fieldSchema} from '../merge-schema.ts'
import {union} from './field-set.ts'
import {type Manager, type Managers, managerId, printManagers, readManagers} from './managers.ts'
import {comparison, gained, othersAfter} from './update-managers.ts'

export type UpdateOfManagers = {
  /** undefined when the object is new. */
  readonly before: JsonRecord | undefined
  readonly after: JsonRecord
  /** Of the whole object: `record({metadata: metadataSchema, ...kind.fields})`. */
  readonly schema: Schema
  readonly hasStatus: boolean
  readonly manager: string
  readonly apiVersion: string
  /** RFC 3339, whole seconds. */
  readonly now: string
  readonly subresource?: string | undefined
}

/** `metadata.managedFields` after a create, an update or a patch that is no apply: who changed a field owns it. */
export function managedAfterUpdate(update: UpdateOfManagers): readonly ManagedFields[] {
  const {before, after, schema, hasStatus, subresource, now} = update
  const managers = managersOf(before, after, subresource)
  const changes = comparison(before ?? emptyObject(schema, after), after, schema, {hasStatus, subresource})
  const fields = gained(changes)
  const result = othersAfter(managers, changes, undefined)
  if (fields.size === 0) return printManagers(result)
  const identity = {
    manager: update.manager,
    operation: 'Update' as const,
    apiVersion: update.apiVersion,
    ...(subresource && {subresource}),
  }
  const id = managerId(identity)
  const previous = result.get(id)
  const self: Manager = {...identity, time: now, fields: previous ? union(fields, previous.fields) : fields}
  return printManagers(result.set(id, self))
}

/** A client may write the list itself: `[{}]` empties it, a list that makes no sense is not believed. */
function managersOf(before: JsonRecord | undefined, after: JsonRecord, subresource: string | undefined): Managers {
  const live = readManagers(before) ?? new Map()
  if (subresource !== undefined) return live
  if (resetsManagers(after)) return new Map()
  const written = readManagers(after)
  return written === undefined || written.size === 0 ? live : written
}

function resetsManagers(object: JsonRecord): boolean {
  const metadata = own(object, 'metadata')
  const entries = isRecord(metadata) ? own(metadata, 'managedFields') : undefined
  const only = isList(entries) && entries.length === 1 ? entries[0] : undefined
  return isRecord(only) && Object.keys(only).length === 0
}

/** Parts of an object that are there before anybody wrote them: the API server's types hold them by value, not by pointer. */
const alwaysThere = new Set([
  'metadata',
  'spec',
  'status',
  'template',
  'strategy',
  'updateStrategy',
  'containers',
  'loadBalancer',
])

/** What the API server compares a new object with. */
export function emptyObject(schema: Schema, object: JsonRecord): JsonRecord {
  const entries = Object.entries(object).flatMap(([key, value]): [string, JsonRecord | null][] => {
    if (!alwaysThere.has(key) || schema.type !== 'object') return []
    return [[key, isRecord(value) ? emptyObject(fieldSchema(schema, key), value) : null]]
  })
  return Object.fromEntries(entries)
}
