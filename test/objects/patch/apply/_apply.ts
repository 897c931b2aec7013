import {parse} from 'yaml'
import {applyPatch} from '../../../../src/objects/patch/apply/apply-patch.ts'
import {type FieldSet, parseFields, printFields, printPaths} from '../../../../src/objects/patch/apply/field-set.ts'
import {managedAfterUpdate} from '../../../../src/objects/patch/apply/managed-after-update.ts'
import type {Json, JsonRecord} from '../../../../src/objects/patch/json.ts'
import {small} from '../_schemas.ts'

/** When things are made, and when they are changed. */
export const now = '2026-11-21T15:00:00Z'
export const later = '2026-11-21T15:00:09Z'
/** What all objects of these tests have in common. */
export const common = {schema: small, hasStatus: true, apiVersion: 'apps/v1', now, force: false}
export const head = 'apiVersion: apps/v1, kind: Deployment'

/** A configuration in YAML applied to what is there: the object, or the conflicts. */
export function apply(
  live: JsonRecord | undefined,
  config: string,
  more: {manager?: string; force?: boolean; now?: string; subresource?: string} = {},
) {
  return applyPatch({...common, live, config: parse(config) as Json, manager: 'kubectl', ...more})
}

/** The object that comes of it; a conflict is an error. */
export function applied(...[live, config, more]: Parameters<typeof apply>): JsonRecord {
  const result = apply(live, config, more)
  if ('conflicts' in result) throw result.conflicts
  return result.object
}

/** An object as its manager has created it. */
export function created(object: string, manager = 'kubectl-client-side-apply'): JsonRecord {
  const after = parse(object) as JsonRecord
  const managedFields = managedAfterUpdate({...common, before: undefined, after, manager})
  return {...after, metadata: {...(after.metadata as JsonRecord), managedFields: managedFields as unknown as Json}}
}

/** An object in which a manager has replaced some of its parts. */
export function updated(
  before: JsonRecord,
  change: string,
  manager: string,
  more: {subresource?: string; now?: string} = {},
): JsonRecord {
  const after = {...before, ...(parse(change) as JsonRecord)}
  const managedFields = managedAfterUpdate({...common, before, after, manager, ...more})
  return {...after, metadata: {...(after.metadata as JsonRecord), managedFields: managedFields as unknown as Json}}
}

/** One line for each manager: who, how, which fields. */
export function owners({metadata}: JsonRecord): readonly string[] {
  const entries = ((metadata as JsonRecord).managedFields ?? []) as readonly {
    manager: string
    operation: string
    subresource?: string
    fieldsV1: Json
  }[]
  return entries.map(
    ({manager, operation, subresource, fieldsV1}) =>
      `${manager} ${operation}${subresource ? ` ${subresource}` : ''}: ${printPaths(parseFields(fieldsV1)).join(' ')}`,
  )
}

/** Whether two sets hold the same fields. */
export const same = (a: FieldSet, b: FieldSet) => JSON.stringify(printFields(a)) === JSON.stringify(printFields(b))
