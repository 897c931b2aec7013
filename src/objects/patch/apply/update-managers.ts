import type {Schema} from '../../schema.ts'
import {isRecord, type Json, type JsonRecord, own} from '../json.ts'
import {PatchError} from '../patch-error.ts'
import {type Comparison, compare} from './compare.ts'
import {
  difference,
  type FieldSet,
  intersection,
  noFields,
  parseFields,
  printPaths,
  union,
  without,
} from './field-set.ts'
import {type Manager, type Managers, withFields} from './managers.ts'

/** Fields that nobody manages: what names the object and what the server alone writes. */
const untracked = parseFields({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
})

export function tracked(fields: FieldSet): FieldSet {
  return difference(fields, untracked)
}

/** What differs, less what a write here does not reach: the status through the object itself, the spec through its status. */
export function reached(fields: FieldSet, {hasStatus, subresource}: Reach): FieldSet {
  if (!hasStatus) return fields
  return without(fields, [subresource === 'status' ? 'f:spec' : 'f:status'])
}

export type Reach = {readonly hasStatus: boolean; readonly subresource: string | undefined}

export function comparison(before: JsonRecord, after: JsonRecord, schema: Schema, reach: Reach): Comparison {
  const {added, modified, removed} = compare(withoutManagers(before), withoutManagers(after), schema)
  return {added: reached(added, reach), modified: reached(modified, reach), removed: reached(removed, reach)}
}

export type Conflict = {readonly id: string; readonly manager: Manager; readonly fields: FieldSet}

/** Whose fields a change by another one sets. */
export function conflictsOf(managers: Managers, {added, modified}: Comparison, self: string): readonly Conflict[] {
  const changed = union(added, modified)
  return [...managers]
    .filter(([id]) => id !== self)
    .map(([id, manager]) => ({id, manager, fields: intersection(manager.fields, changed)}))
    .filter(({fields}) => fields.size > 0)
}

/** What the others still have after a change: neither what it set nor what it took away. */
export function othersAfter(managers: Managers, changes: Comparison, self: string | undefined): Map<string, Manager> {
  const lost = union(union(changes.added, changes.modified), changes.removed)
  const result = new Map<string, Manager>()
  for (const [id, manager] of managers) {
    const fields = id === self ? manager.fields : difference(manager.fields, lost)
    withFields(result, id, {...manager, fields})
  }
  return result
}

/** 409, with a cause for each field, as kubectl shows them. */
export function conflictError(conflicts: readonly Conflict[]): PatchError {
  const named = conflicts
    .map(({manager, fields}) => ({name: printManager(manager), paths: printPaths(fields)}))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const causes = named.flatMap(({name, paths}) =>
    paths.map(field => ({reason: 'FieldManagerConflict' as const, message: `conflict with ${name}`, field})),
  )
  const [only] = causes
  const lines = named.flatMap(({name, paths}) => [`conflicts with ${name}:`, ...paths.map(path => `- ${path}`)])
  const message =
    only && causes.length === 1
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${lines.join('\n')}`
  return new PatchError('conflict', message, {causes})
}

function printManager({manager, operation, apiVersion, subresource}: Manager): string {
  const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`
  return operation === 'Update' ? `${name} using ${apiVersion}` : name
}

/** The object without its list of managers, which manages itself. */
export function withoutManagers(object: JsonRecord): JsonRecord {
  const metadata = own(object, 'metadata')
  if (!isRecord(metadata) || own(metadata, 'managedFields') === undefined) return object
  const {managedFields: _, ...rest} = metadata
  return {...object, metadata: rest as JsonRecord}
}

/** The object with this list of managers. */
export function withManagers(object: JsonRecord, managedFields: Json): JsonRecord {
  const bare = withoutManagers(object)
  const metadata = own(bare, 'metadata')
  const list = Array.isArray(managedFields) && managedFields.length === 0 ? {} : {managedFields}
  return {...bare, metadata: {...(isRecord(metadata) ? metadata : {}), ...list}}
}

/** The fields that a change gives to who made it. */
export function gained({added, modified}: Comparison): FieldSet {
  return tracked(union(union(noFields, added), modified))
}
