import type {DatabaseSync} from 'node:sqlite'
import {type KubeObjectAny, kinds} from '../objects/kinds.ts'
import type {Past} from './journal.ts'
import {StorageError} from './storage-error.ts'
import type {Change} from './store.ts'

type Row = {
  readonly revision: number
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly object: string | null
}

/** Reads a store's file from its first row to its last. Throws StorageError rather than to leave anything out. */
export function readPast(database: DatabaseSync, path: string): Past {
  const damaged = (what: string) =>
    new StorageError('damaged', `${path} is damaged (${what}); nothing was changed in it`)
  const [check] = database.prepare('PRAGMA quick_check(1)').all()
  if (check?.quick_check !== 'ok') throw damaged(String(check?.quick_check))
  const forgotten = Number(database.prepare('SELECT revision FROM forgotten').get()?.revision)
  if (!Number.isSafeInteger(forgotten)) throw damaged('it does not say where its history begins')

  const world = new Map<string, KubeObjectAny>()
  const changes: Change[] = []
  for (const row of database.prepare('SELECT * FROM changes ORDER BY revision').iterate() as Iterable<Row>) {
    const id = `${row.kind}/${row.namespace}/${row.name}`
    const change = changeOf(row, world.get(id), damaged)
    if (change.type === 'DELETED') world.delete(id)
    else world.set(id, change.object)
    if (row.revision <= forgotten) continue
    const expected = forgotten + changes.length + 1
    if (row.revision !== expected) throw damaged(`revision ${expected} is missing`)
    changes.push(change)
  }
  return {forgotten, objects: [...world.values()], changes}
}

function changeOf(row: Row, before: KubeObjectAny | undefined, damaged: (what: string) => StorageError): Change {
  const {revision} = row
  const what = `revision ${revision}, ${row.kind} ${row.name}`
  if (row.object !== null) {
    const object = parse(row.object)
    if (!says(object, row)) throw damaged(`${what}: it holds something else`)
    return before ? {type: 'MODIFIED', revision, object, before} : {type: 'ADDED', revision, object}
  }
  if (before === undefined) throw damaged(`${what}: the object that it deleted is missing`)
  const metadata = {...before.metadata, resourceVersion: `${revision}`}
  return {type: 'DELETED', revision, object: {...before, metadata} as KubeObjectAny, before}
}

function parse(text: string): KubeObjectAny | undefined {
  try {
    return JSON.parse(text) as KubeObjectAny
  } catch {
    return undefined
  }
}

function says(object: KubeObjectAny | undefined, row: Row): object is KubeObjectAny {
  if (!Object.hasOwn(kinds, row.kind) || object?.kind !== row.kind) return false
  const {name, namespace = '', resourceVersion} = object.metadata ?? {}
  return name === row.name && namespace === row.namespace && resourceVersion === `${row.revision}`
}
