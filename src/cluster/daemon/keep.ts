import {randomUUID} from 'node:crypto'
import {mkdirSync, openSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import type {Logger} from 'pino'
import {memoryStore, type StoreOptions} from '../../store/memory.ts'
import {StorageError} from '../../store/storage-error.ts'
import type {Store} from '../../store/store.ts'
import {type KeptLab, keptIn} from '../kept.ts'

/** The objects of a lab, in memory or on disk behind it. */
export type Keeping = {
  readonly store: Store
  /** What people should know: why the lab is not kept. */
  notes(): readonly string[]
  /** The lab is up: what it was made from is kept from now on, so that it can be resumed. */
  finish(lab: KeptLab): void
}

export type KeepOptions = {
  /** Where to; none for a lab that nobody wants to be resumed. */
  readonly folder: string | undefined
  /** The folder holds a lab, which goes on. */
  readonly resume: boolean
  readonly log: Logger
}

/**
 * Opens the folder in which a lab is kept; to be called before the sandbox's own /run may cover it. A disk that cannot be written to
 * is no reason to have no lab: it lives in memory alone then, and a note says so. But one that is to be resumed has to be
 * there. Throws StorageError.
 */
export async function keep({folder, resume, log}: KeepOptions): Promise<Keeping> {
  const options: StoreOptions = {clock: Date.now, uid: randomUUID, firstRevision: Date.now()}
  const inMemory = (notes: readonly string[] = []): Keeping => ({
    store: memoryStore(options),
    notes: () => notes,
    finish: () => undefined,
  })
  if (folder === undefined) return inMemory()
  try {
    const keeping = await onDisk(folder, options, log)
    if (resume && keeping.store.list('Namespace').length === 0)
      throw new StorageError('damaged', `${keptIn(folder, '').objects} is damaged (it holds no objects)`)
    return keeping
  } catch (error) {
    if (resume || (error instanceof StorageError && error.code !== 'unusable')) throw error
    rmSync(folder, {recursive: true, force: true})
    return inMemory([notKept((error as Error).message)])
  }
}

function notKept(why: string): string {
  return `the lab lives in memory alone and cannot be resumed after a crash: ${why}`
}

async function onDisk(folder: string, options: StoreOptions, log: Logger): Promise<Keeping> {
  mkdirSync(folder, {recursive: true, mode: 0o700})
  /* Through the open folder its files are reached, whatever is mounted over its name. */
  const inside = keptIn(`/proc/self/fd/${openSync(folder, 'r')}`, '')
  const {sqliteStore} = await import('../../store/sqlite.ts')
  const notes: string[] = []
  const lost = (error: Error) => {
    if (notes.length > 0) return
    log.error({err: error}, 'the lab is kept no more, and lives on in memory')
    notes.push(notKept(((error.cause as Error | undefined) ?? error).message))
    for (const file of [inside.birth, inside.objects, `${inside.objects}-wal`]) rmSync(file, {force: true})
  }
  return {
    store: sqliteStore(keptIn(folder, '').objects, {...options, lost}),
    notes: () => notes,
    finish: lab => {
      if (notes.length > 0) return
      try {
        writeFileSync(`${inside.birth}.new`, JSON.stringify(lab), {mode: 0o600})
        renameSync(`${inside.birth}.new`, inside.birth)
      } catch (error) {
        rmSync(`${inside.birth}.new`, {force: true})
        lost(error as Error)
      }
    },
  }
}
