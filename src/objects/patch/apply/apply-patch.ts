import {equal} from '../../equal.ts'
import type {Schema} from '../../schema.ts'
import {isRecord, type Json, type JsonRecord, own, parsePatch, withoutNulls} from '../json.ts'
import {badRequest, PatchError} from '../patch-error.ts'
import {compare} from './compare.ts'
import {difference, type FieldSet, intersection, noFields, parseFields, union, withNamedFields} from './field-set.ts'
import {fieldsOf} from './fields-of.ts'
import {emptyObject} from './managed-after-update.ts'
import {type Manager, type Managers, managerId, printManagers, readManagers} from './managers.ts'
import {mergeConfig, removeFields} from './merge.ts'
import {
  comparison,
  conflictError,
  conflictsOf,
  gained,
  othersAfter,
  reached,
  tracked,
  withManagers,
  withoutManagers,
} from './update-managers.ts'

export type Apply = {
  /** undefined when there is none yet: to apply is then to create. */
  readonly live: JsonRecord | undefined
  /** What the client wants, without defaults. */
  readonly config: Json
  /** Of the whole object: `record({metadata: metadataSchema, ...kind.fields})`. */
  readonly schema: Schema
  readonly hasStatus: boolean
  readonly manager: string
  readonly force: boolean
  /** RFC 3339, whole seconds. */
  readonly now: string
  readonly apiVersion: string
  readonly subresource?: string | undefined
}

export type Applied = {readonly object: JsonRecord} | {readonly conflicts: PatchError}

/**
 * Server-side apply. Who applies owns every field that he names. A field that he named before and names no more goes, unless
 * another one owns it; a field that another one owns with another value is a conflict, unless he forces it.
 */
export function applyPatch(apply: Apply): Applied {
  const {live, config, schema, apiVersion} = apply
  if (!isRecord(config)) throw badRequest('error decoding YAML: expected a mapping')
  const wanted = own(config, 'apiVersion')
  if (wanted !== apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${wanted ?? ''}, expected: ${apiVersion}`,
    )
  const metadata = own(config, 'metadata')
  if (isRecord(metadata) && (own(metadata, 'managedFields') ?? null) !== null)
    throw badRequest('metadata.managedFields must be nil')
  const clean = withoutNulls(config) as JsonRecord
  const object = withoutManagers(live ?? emptyObject(schema, clean))
  return attempt({...apply, config: clean, object, managers: managersBefore(apply, object)})
}

type Attempt = Omit<Apply, 'config'> & {
  readonly config: JsonRecord
  readonly object: JsonRecord
  readonly managers: Managers
}

/** An object that nobody manages yet: what it has already belongs to `before-first-apply`. */
function managersBefore({live, schema, apiVersion, hasStatus, subresource}: Apply, object: JsonRecord): Managers {
  const managers = readManagers(live) ?? new Map()
  if (live === undefined || managers.size > 0) return managers
  const changes = comparison(emptyObject(schema, object), object, schema, {hasStatus, subresource})
  const first: Manager = {manager: 'before-first-apply', operation: 'Update', apiVersion, fields: gained(changes)}
  return new Map(first.fields.size > 0 ? [[managerId(first), first]] : [])
}

function attempt(apply: Attempt): Applied {
  const {object, config, schema, hasStatus, managers, subresource, force, now} = apply
  const identity = {
    manager: apply.manager,
    operation: 'Apply' as const,
    apiVersion: apply.apiVersion,
    ...(subresource && {subresource}),
  }
  const id = managerId(identity)
  const previous = managers.get(id)
  const fields = reached(fieldsOf(config, schema), {hasStatus, subresource})
  const owners = new Map(managers).set(id, {...identity, fields})
  const left = pruned(mergeConfig(object, config, schema), {last: previous?.fields, owners, schema})
  // A mapping that loses its last field is gone, unless the configuration wants it empty.
  const after = mergeConfig(left, config, schema)
  const changes = comparison(object, after, schema, {hasStatus, subresource})
  const conflicts = conflictsOf(owners, changes, id)
  if (
    conflicts.length > 0 &&
    !force &&
    !grace(
      apply,
      conflicts.map(({fields: taken}) => taken),
    )
  )
    return {conflicts: conflictError(conflicts)}
  const result = othersAfter(owners, changes, id)
  const time = equal(object, after) ? previous?.time : now
  const own = tracked(fields)
  if (own.size === 0) result.delete(id)
  else result.set(id, {...identity, fields: own, ...(time && {time})})
  return {object: withManagers(after, printManagers(result) as unknown as Json)}
}

type Pruning = {readonly last: FieldSet | undefined; readonly owners: Managers; readonly schema: Schema}

/** Takes away what the manager applied last and nobody owns any more; what only stood inside of it and is no one's stays. */
function pruned(merged: JsonRecord, {last, owners, schema}: Pruning): JsonRecord {
  if (last === undefined) return merged
  const named = (object: JsonRecord) => withNamedFields(fieldsOf(object, schema))
  const all = named(merged)
  const least = removeFields(merged, withNamedFields(last), schema)
  const owned = withNamedFields([...owners.values()].reduce((sum, {fields}) => union(sum, fields), noFields))
  const kept = removeFields(merged, difference(all, union(named(least), owned)), schema)
  return removeFields(merged, intersection(difference(all, named(kept)), withNamedFields(last)), schema)
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Who moves from `kubectl apply` to `kubectl apply --server-side` meets no conflict with himself: what the annotation of the first says
 * and the object still holds is his.
 */
function grace({manager, object, schema}: Attempt, conflicts: readonly FieldSet[]): boolean {
  if (manager !== 'kubectl') return false
  const config = readLastApplied(object)
  if (config === undefined) return false
  const {modified, removed} = compare(object, config, schema)
  const allowed = difference(fieldsOf(config, schema), union(modified, intersection(removed, fieldsOf(config, schema))))
  return conflicts.every(fields => difference(fields, union(allowed, annotationField)).size === 0)
}

const annotationField = parseFields({'f:metadata': {'f:annotations': {[`f:${lastApplied}`]: {}}}})

function readLastApplied(object: JsonRecord): JsonRecord | undefined {
  const metadata = own(object, 'metadata')
  const annotations = isRecord(metadata) ? own(metadata, 'annotations') : undefined
  const text = isRecord(annotations) ? own(annotations, lastApplied) : undefined
  if (typeof text !== 'string') return undefined
  try {
    const config = parsePatch(text)
    return isRecord(config) ? (withoutNulls(config) as JsonRecord) : undefined
  } catch (error) {
    if (error instanceof PatchError) return undefined
    throw error
  }
}
