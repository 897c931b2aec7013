import type {Journal} from './journal.ts'
import {memoryStore, type StoreOptions} from './memory.ts'
import {openJournal, type SqliteJournal} from './sqlite-journal.ts'
import type {Store} from './store.ts'

/** A store whose file outlives the process. */
export type SqliteStore = Store & {
  /** Whether the file was there already. */
  readonly reopened: boolean
  /** Lets go of the file. Writes are refused from now on. */
  close(): void
}

/**
 * A store in memory that writes every change to a file before anybody learns of it, and begins with what the file holds: the
 * objects, the history and the revision that it ended with, so that a client's resourceVersion stays good. Reads never touch the file.
 * What a write has answered survives the death of the process at any moment; power that fails may take the last moments, never
 * the file. The file has one owner. Throws StorageError.
 *
 * A write that the disk refuses has not happened, and whoever wanted it is told; with `lost` it has, in memory alone, as everything from
 * then on: `lost` hears of it, and the file is worth nothing any more.
 */
export function sqliteStore(
  path: string,
  {lost, ...options}: StoreOptions & {readonly lost?: (error: Error) => void},
): SqliteStore {
  const journal = openJournal(path, {firstRevision: options.firstRevision ?? 0})
  const store = memoryStore(options, lost ? untilLost(journal, lost) : journal)
  return Object.defineProperties(
    {reopened: journal.reopened, close: journal.close},
    {
      ...Object.getOwnPropertyDescriptors(store),
    },
  ) as SqliteStore
}

function untilLost(journal: SqliteJournal, lost: (error: Error) => void): Journal {
  let isLost = false
  return {
    begin: journal.begin,
    write: change => {
      if (isLost) return
      try {
        journal.write(change)
      } catch (error) {
        isLost = true
        journal.close()
        lost(error as Error)
      }
    },
    forget: (changes, upTo) => {
      if (!isLost) journal.forget(changes, upTo)
    },
  }
}
