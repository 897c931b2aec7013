import {readdirSync, readFileSync, renameSync, rmdirSync, rmSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'
import type {Lab} from '../lab/lab.ts'
import type {ApiAccess} from './api-access.ts'
import {sessionsFolder} from './session.ts'

/**
 * What outlives a lab that was not taken down: a folder on disk with the objects of its cluster and, once it was up, with what it was made
 * from. `podlab resume` makes the same lab of it again, `podlab down` removes it.
 */
export type Kept = {
  readonly name: string
  readonly folder: string
  /** What the lab was made from: a KeptLab as JSON. A folder without it is that of a lab which was never up. */
  readonly birth: string
  readonly objects: string
}

/** A lab as it was made; `ports` are those of its API server on 127.0.0.1. */
export type KeptLab = {
  readonly format: typeof format
  readonly lab: Lab
  readonly source: string
  readonly startedAt: string
  readonly ports: {readonly secure: number; readonly insecure?: number}
  readonly apiServer: ApiAccess
}

/** The form of `lab.json`; a podlab reads those that it knows. */
export const format = 1

/** What is kept of a lab and cannot be read; the message says what to do. */
export class KeptError extends Error {
  override readonly name = 'KeptError'
}

export function keptOf(name: string, environment: NodeJS.ProcessEnv = process.env): Kept {
  return keptIn(join(keptFolder(environment), name), name)
}

/** The same by its folder, as a daemon knows it. */
export function keptIn(folder: string, name: string): Kept {
  return {name, folder, birth: join(folder, 'lab.json'), objects: join(folder, 'objects.db')}
}

/**
 * Where labs are kept: $XDG_STATE_HOME/podlab, else /var/lib/podlab for root and ~/.local/state/podlab for others. Who has given sessions a
 * place of their own has a world of his own, whose labs do not meet others of the same name: they are kept beside those.
 */
export function keptFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.XDG_STATE_HOME) return join(environment.XDG_STATE_HOME, 'podlab')
  const uid = process.getuid?.() ?? 0
  const sessions = sessionsFolder(environment)
  const runtime = environment.XDG_RUNTIME_DIR
  const isOwn = runtime !== undefined && sessions === join(runtime, 'podlab')
  if (isOwn && runtime !== `/run/user/${uid}`) return join(runtime, 'podlab-state')
  return uid === 0 ? '/var/lib/podlab' : join(environment.HOME || homedir(), '.local/state/podlab')
}

/** The names of all labs of this user of which something is kept, running ones among them. */
export function keptNames(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  try {
    return readdirSync(keptFolder(environment))
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

/** What a lab was made from; undefined when nothing is kept of it, or it was never up. Throws KeptError. */
export function readKept({name, birth}: Kept): KeptLab | undefined {
  let text: string
  try {
    text = readFileSync(birth, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new KeptError(`${birth} cannot be read (${(error as Error).message})`)
  }
  const found = parsed(text)
  const anew = `to begin anew: podlab down ${name}, and podlab up again`
  if (found === undefined) throw new KeptError(`${birth} is damaged; ${anew}`)
  if (found.format !== format)
    throw new KeptError(
      `${birth} was written by another podlab (format ${found.format}; this one reads ${format}); use that one, or, ${anew}`,
    )
  return found
}

function parsed(text: string): KeptLab | undefined {
  try {
    const found = JSON.parse(text)
    const isWhole = typeof found.format === 'number' && (found.format !== format || isLab(found))
    return isWhole ? found : undefined
  } catch {
    return undefined
  }
}

function isLab({lab, source, ports, apiServer}: Partial<KeptLab>): boolean {
  const isAccess = typeof apiServer?.kubeconfig === 'string' && typeof apiServer.authorityKey === 'string'
  const hasNodes = typeof lab?.name === 'string' && Array.isArray(lab.nodes)
  return hasNodes && isAccess && typeof source === 'string' && typeof ports?.secure === 'number'
}

/** Whether some lab lives on the kept objects, wherever its session is. */
export function isInUse({objects}: Kept): boolean {
  const {DatabaseSync} = process.getBuiltinModule('node:sqlite')
  try {
    const database = new DatabaseSync(objects, {readOnly: true, timeout: 0})
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE')
      database.prepare('PRAGMA user_version').get()
    } finally {
      database.close()
    }
    return false
  } catch (error) {
    return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === busy
  }
}

/* SQLITE_BUSY */
const busy = 5

/** Removes what is kept of a lab that is not up. Whoever looks meanwhile finds all or nothing. */
export function forget({folder, name}: Kept): void {
  const going = join(dirname(folder), `.${name}.${process.pid}`)
  try {
    renameSync(folder, going)
    rmSync(going, {recursive: true, force: true})
    rmdirSync(dirname(folder))
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
