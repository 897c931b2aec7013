import {existsSync, mkdirSync} from 'node:fs'
import {dirname} from 'node:path'
import type {DatabaseSync} from 'node:sqlite'
import type {Journal} from './journal.ts'
import {readPast} from './sqlite-past.ts'
import {StorageError} from './storage-error.ts'
import type {Change} from './store.ts'
import {notWritten} from './store-error.ts'

/*
 * One table, one row for each change: its revision, the object's kind, namespace and name, and the object as it became, nothing when it
 * was deleted. So a write is one insert, which SQLite makes whole or not at all, and the world is what the rows say one after the
 * other. A row goes when its change is history no more and a later one has taken its place.
 *
 * The log is written ahead (WAL) and not waited for (synchronous=NORMAL): what a process has written the kernel keeps, whatever becomes of
 * the process. Waiting for the disk each time (FULL) would save the last moments before a power failure, at fifty times the cost, of
 * a lab whose processes the failure has ended anyway.
 */

/** Says whose file it is: "pdlb". */
const application = 0x70646c62

/** The form of the file; a podlab reads those that it knows. */
const format = 1

export type SqliteJournal = Journal & {readonly reopened: boolean; close(): void}

export function openJournal(path: string, {firstRevision}: {firstRevision: number}): SqliteJournal {
  const reopened = existsSync(path)
  const database = attempt(path, () => open(path))
  const past = attempt(path, () => {
    try {
      if (isEmpty(database)) create(database, firstRevision)
      checkFormat(database, path)
      return readPast(database, path)
    } catch (error) {
      database.close()
      throw error
    }
  })
  const insert = database.prepare('INSERT INTO changes VALUES (?, ?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM changes WHERE revision = ?')
  const remember = database.prepare('UPDATE forgotten SET revision = ?')
  let outdated: number[] = []
  return {
    reopened,
    begin: past,
    write: ({type, revision, object}) => {
      const {kind, metadata} = object
      const text = type === 'DELETED' ? null : JSON.stringify(object)
      try {
        insert.run(revision, kind, metadata.namespace ?? '', metadata.name, text)
      } catch (error) {
        throw notWritten(path, error as Error)
      }
    },
    forget: (changes, upTo) => {
      outdated.push(...changes.flatMap(outdatedBy))
      try {
        database.exec('BEGIN')
        for (const revision of outdated) remove.run(revision)
        remember.run(upTo)
        database.exec('COMMIT')
        outdated = []
      } catch {
        // A full disk: the rows stay, and go with the next ones.
        if (database.isTransaction) database.exec('ROLLBACK')
      }
    },
    close: () => {
      if (database.isOpen) database.close()
    },
  }
}

/* The rows that nobody needs once a change is history no more: what it replaced and, of a deletion, its own. */
function outdatedBy({type, revision, before}: Change): number[] {
  const replaced = before === undefined ? [] : [Number(before.metadata.resourceVersion)]
  return type === 'DELETED' ? [...replaced, revision] : replaced
}

function open(path: string): DatabaseSync {
  const {DatabaseSync} = process.getBuiltinModule('node:sqlite')
  mkdirSync(dirname(path), {recursive: true, mode: 0o700})
  const database = new DatabaseSync(path, {timeout: 0})
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  return database
}

function isEmpty(database: DatabaseSync): boolean {
  return numberOf(database, 'PRAGMA application_id') === 0 && numberOf(database, 'PRAGMA schema_version') === 0
}

/* Nothing is lost with a file that holds nothing yet, so the disk is not waited for. */
function create(database: DatabaseSync, firstRevision: number): void {
  database.exec(`
    PRAGMA synchronous = OFF;
    PRAGMA journal_mode = WAL;
    BEGIN IMMEDIATE;
    PRAGMA application_id = ${application};
    PRAGMA user_version = ${format};
    CREATE TABLE changes (
      revision INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, object TEXT
    );
    CREATE TABLE forgotten (revision INTEGER NOT NULL);
    INSERT INTO forgotten VALUES (${firstRevision});
    COMMIT`)
}

function checkFormat(database: DatabaseSync, path: string): void {
  if (numberOf(database, 'PRAGMA application_id') !== application)
    throw new StorageError('foreign', `${path} is no store of podlab's; move it away`)
  const found = numberOf(database, 'PRAGMA user_version')
  if (found !== format)
    throw new StorageError(
      'newer',
      `${path} was written by another podlab (format ${found}; this one reads ${format}); use that one, or move the file away`,
    )
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT')
}

function numberOf(database: DatabaseSync, pragma: string): number {
  return Number(Object.values(database.prepare(pragma).get() ?? {})[0])
}

/* SQLite's own words, with what to do. Its primary codes: 5 busy, 11 corrupt, 26 not a database. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (error instanceof StorageError || !(error instanceof Error)) throw error
    const code = 'errcode' in error ? Number(error.errcode) & 0xff : 0
    const cause = {cause: error}
    if (code === 5) throw new StorageError('busy', `${path} is in use by another podlab`, cause)
    if (code === 26) throw new StorageError('foreign', `${path} is no store of podlab's; move it away`, cause)
    if (code === 11)
      throw new StorageError('damaged', `${path} is damaged (${error.message}); nothing was changed in it`, cause)
    throw new StorageError('unusable', `${path} cannot be used (${error.message})`, cause)
  }
}
