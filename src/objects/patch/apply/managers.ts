import type {ManagedFields} from '../../kube-object.ts'
import {isList, isRecord, type Json, type JsonRecord, own} from '../json.ts'
import {PatchError} from '../patch-error.ts'
import {type FieldSet, parseFields, printFields} from './field-set.ts'

/** Who manages which fields. Entries of one manager, operation, version and subresource are one. */
export type Manager = Omit<ManagedFields, 'fieldsType' | 'fieldsV1'> & {readonly fields: FieldSet}
export type Managers = ReadonlyMap<string, Manager>

/** What tells managers apart; who applies is the same in every version. */
export function managerId({manager, operation, apiVersion, subresource}: Omit<Manager, 'fields' | 'time'>): string {
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource ?? ''])
}

/** The managers that an object lists; undefined when the list makes no sense. */
export function readManagers(object: JsonRecord | undefined): Managers | undefined {
  const metadata = object && own(object, 'metadata')
  const entries = isRecord(metadata) ? own(metadata, 'managedFields') : undefined
  if (entries === undefined || entries === null) return new Map()
  try {
    return isList(entries) ? new Map(entries.map(readManager)) : undefined
  } catch (error) {
    if (error instanceof PatchError || error instanceof TypeError || error instanceof SyntaxError) return undefined
    throw error
  }
}

function readManager(entry: Json): [string, Manager] {
  const {manager = '', operation, apiVersion, time, fieldsType, fieldsV1 = {}, subresource} = entry as ManagedFields
  if (operation !== 'Apply' && operation !== 'Update') throw new TypeError('operation must be `Apply` or `Update`')
  if (!apiVersion || fieldsType !== 'FieldsV1') throw new TypeError('apiVersion and fieldsType must be there')
  const fields = parseFields(fieldsV1 as JsonRecord)
  const read: Manager = {
    manager,
    operation,
    apiVersion,
    fields,
    ...(time && {time}),
    ...(subresource && {subresource}),
  }
  return [managerId(read), read]
}

/** The list for `metadata.managedFields`, in the order of the API server: who applies first, then by time and name. */
export function printManagers(managers: Managers): readonly ManagedFields[] {
  return [...managers.values()].toSorted(compareManagers).map(({fields, subresource, time, ...manager}) => ({
    manager: manager.manager,
    operation: manager.operation,
    apiVersion: manager.apiVersion,
    ...(time && {time}),
    fieldsType: 'FieldsV1',
    fieldsV1: printFields(fields),
    ...(subresource && {subresource}),
  }))
}

function compareManagers(a: Manager, b: Manager): number {
  const keys = (m: Manager) => [m.operation, m.time ?? '', m.manager, m.apiVersion, m.subresource ?? '']
  const [left, right] = [keys(a), keys(b)]
  const at = left.findIndex((key, index) => key !== right[index])
  return at === -1 ? 0 : (left[at] ?? '') < (right[at] ?? '') ? -1 : 1
}

/** Replaces a manager's fields; one without fields is none. */
export function withFields(managers: Map<string, Manager>, id: string, manager: Manager): void {
  if (manager.fields.size === 0) managers.delete(id)
  else managers.set(id, manager)
}
