import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {closeSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, join} from 'node:path'
import {waiter} from '../kernel/capture/wait.ts'
import {childrenOf} from '../kernel/processes.ts'
import {systemPath} from '../kernel/system-path.ts'
import {filesIn, openLock, sessionsFolder, sweepSession} from './session.ts'

/**
 * What labs can leave behind whose keeper was killed, and it alone: everything else goes with the sandbox.
 *
 * - A session's folder whose lock nobody holds: keeper and daemon are dead.
 * - A lab without a session: somebody has removed the folder, so no command reaches its daemon any more. It is known by the
 *   lock that the daemon still holds, of a file that is deleted.
 */
export type Garbage =
  | {readonly kind: 'folder'; readonly path: string; readonly why: string}
  | {readonly kind: 'lab'; readonly name: string; readonly daemon: number; readonly keepers: readonly number[]}

/** A session that is somebody's, or no session at all; `why` says so. It is left alone. */
export type Kept = {readonly path: string; readonly why: string}

export type Found = {readonly garbage: readonly Garbage[]; readonly kept: readonly Kept[]}

/** Looks for garbage of this user, wherever his sessions can be; changes nothing. */
export async function findGarbage(environment: NodeJS.ProcessEnv): Promise<Found> {
  const folders = placesOf(environment).filter(isOwn)
  const judged = await Promise.all(folders.flatMap(parent => namesIn(parent).map(name => judge(join(parent, name)))))
  return {
    garbage: [...judged.flatMap(one => ('kind' in one ? [one] : [])), ...lostLabs()],
    kept: judged.flatMap(one => ('kind' in one ? [] : [one])),
  }
}

/** Removes one thing that was found; false when it has come to life meanwhile, or does not go. */
export async function removeGarbage(garbage: Garbage): Promise<boolean> {
  switch (garbage.kind) {
    case 'folder':
      return removeFolder(garbage.path)
    case 'lab': {
      return endLab(garbage)
    }
  }
}

/* Wherever podlab would have put sessions, with whatever environment. */
function placesOf(environment: NodeJS.ProcessEnv): readonly string[] {
  const uid = process.getuid?.() ?? 0
  const places = [
    sessionsFolder(environment),
    ...(environment.XDG_RUNTIME_DIR ? [join(environment.XDG_RUNTIME_DIR, 'podlab')] : []),
    '/run/podlab',
    `/run/user/${uid}/podlab`,
    join(tmpdir(), `podlab-${uid}`),
    `/tmp/podlab-${uid}`,
  ]
  return [...new Set(places)]
}

/* A folder that others may write to could be a trap. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder, {throwIfNoEntry: false})
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
}

async function judge(path: string): Promise<Garbage | Kept> {
  if (!isOwn(path)) return {path, why: 'it is no session of podlab'}
  const known = Object.values(filesIn(path))
  const strange = namesIn(path).filter(name => !known.includes(join(path, name)))
  if (strange.length > 0) return {path, why: `podlab does not know ${strange.join(', ')} in it`}
  const lock = openLock(filesIn(path))
  if (lock === undefined) return {kind: 'folder', path, why: 'nobody has ever locked it'}
  return (await isHeld(lock)) ? {path, why: 'its lab is alive'} : {kind: 'folder', path, why: 'its lab is dead'}
}

/* Asks flock without waiting; the descriptor is closed, and with it what flock got. */
async function isHeld(lock: number): Promise<boolean> {
  const flock = spawn('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', lock],
    env: {PATH: systemPath},
  })
  try {
    const [code] = await once(flock, 'exit')
    return code !== 0
  } finally {
    closeSync(lock)
  }
}

/* The keeper first: it is not to clear away what has the folder's name by now. With the daemon the kernel ends the sandbox. */
function endLab({daemon, keepers}: Extract<Garbage, {kind: 'lab'}>): boolean {
  const waits = waiter()
  const end = {fd: waits.watchProcess(daemon), to: 'read'} as const
  try {
    if (!isLost(daemon)) return false
    for (const pid of [...keepers, daemon]) kill(pid)
    return waits.wait([end], endingTakes)[0] === true
  } finally {
    closeSync(end.fd)
  }
}

/* How long a sandbox may take to end, in ms; it takes a tenth of a second. */
const endingTakes = 5000

async function removeFolder(path: string): Promise<boolean> {
  const {lock: lockFile, ...others} = filesIn(path)
  const lock = openLock({lock: lockFile})
  if (lock !== undefined) return sweepSession({folder: path}, lock, {withinMs: 0})
  for (const file of Object.values(others)) rmSync(file, {force: true})
  try {
    rmdirSync(path)
    return true
  } catch {
    return false // somebody has come and locked it
  }
}

/* Daemons of this user that hold a lock on a file which is no more. */
function lostLabs(): readonly Garbage[] {
  return namesIn('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(isLost)
    .map(daemon => ({kind: 'lab', name: basename(folderOf(daemon) ?? ''), daemon, keepers: keepersOf(daemon)}))
}

function isLost(pid: number): boolean {
  const folder = folderOf(pid)
  return folder !== undefined && isMine(pid) && holds(pid, `${folder}/lock (deleted)`)
}

/* The session's folder, as the daemon's command names it; undefined for any other process. */
function folderOf(pid: number): string | undefined {
  const [, program = '', folder = ''] = read(`/proc/${pid}/cmdline`).split('\0')
  return /\/cluster\/daemon\/daemon\.[jt]s$/.test(program) && folder.startsWith('/') ? folder : undefined
}

function isMine(pid: number): boolean {
  return read(`/proc/${pid}/status`).match(/^Uid:\s+(\d+)/m)?.[1] === `${process.getuid?.()}`
}

function holds(pid: number, file: string): boolean {
  return namesIn(`/proc/${pid}/fd`).some(fd => linkOf(`/proc/${pid}/fd/${fd}`) === file)
}

/* The processes that wait for the sandbox: unshare, and above it the keeper, if it lives. */
function keepersOf(daemon: number): readonly number[] {
  const folder = folderOf(daemon) ?? ''
  const unshare = parentOf(daemon)
  const keeper = parentOf(unshare)
  const words = read(`/proc/${keeper}/cmdline`).split('\0')
  const isKeeper = words.includes('podlab-keeper') && words.includes(folder) && childrenOf(keeper).includes(unshare)
  return isKeeper && isMine(keeper) ? [keeper] : []
}

function parentOf(pid: number): number {
  return Number(read(`/proc/${pid}/status`).match(/^PPid:\s+(\d+)/m)?.[1] ?? 0)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return [] // it has gone, or it is not ours to read
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // closed while we looked
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // the process has ended
  }
}
