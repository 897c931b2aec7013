import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {accessSync, closeSync, constants, lstatSync, openSync, readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {systemPath} from '../kernel/system-path.ts'

/**
 * A running lab's folder on the host: its control socket, its log and its state. It exists exactly as long as the lab: the
 * sandbox's keeper removes it when the lab's first process ends, however that happens.
 */
export type Session = {
  readonly name: string
  readonly folder: string
  readonly socket: string
  readonly log: string
  readonly stateFile: string
  readonly lock: string
  /** What kubectl reads. */
  readonly kubeconfig: string
}

/** What the daemon writes once its sandbox stands. */
export type SessionState = {
  /** The daemon's process id as the host sees it. */
  readonly pid: number
  /** Where the lab was read from, absolute. */
  readonly source: string
  readonly rootless: boolean
  readonly startedAt: string
  /** The folder in which the lab is kept, so that it can be resumed after a crash. */
  readonly kept?: string
}

export function sessionOf(name: string, environment: NodeJS.ProcessEnv = process.env): Session {
  const folder = join(sessionsFolder(environment), name)
  return {name, folder, ...filesIn(folder)}
}

/** The paths of all that may lie in a session's folder. */
export function filesIn(folder: string): Omit<Session, 'name' | 'folder'> {
  return {
    socket: join(folder, 'control.sock'),
    log: join(folder, 'daemon.log'),
    stateFile: join(folder, 'state.json'),
    lock: join(folder, 'lock'),
    kubeconfig: join(folder, 'kubeconfig'),
  }
}

/** The folder of all sessions of this user: $XDG_RUNTIME_DIR/podlab, else /run/podlab, else a private temporary one. */
export function sessionsFolder(environment: NodeJS.ProcessEnv): string {
  const runtime = environment.XDG_RUNTIME_DIR
  if (runtime !== undefined && isWritable(runtime)) return join(runtime, 'podlab')
  if (isWritable('/run')) return '/run/podlab'
  return join(tmpdir(), `podlab-${process.getuid?.() ?? 0}`)
}

/** A place for sessions that cannot be used; the message says what to do. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
}

/** Throws SessionError where the folder of all sessions exists and is not this user's alone, or the socket would have too long a name. */
export function checkSession({folder, socket}: Session): void {
  const parent = dirname(folder)
  const owner = lstatSync(parent, {throwIfNoEntry: false})
  if (owner && !(owner.isDirectory() && owner.uid === process.getuid?.() && (owner.mode & 0o022) === 0))
    throw new SessionError(`${parent} is not a folder that only you can write to; remove it or set XDG_RUNTIME_DIR`)
  if (Buffer.byteLength(socket) > longestSocket)
    throw new SessionError(
      `${socket} is too long a name for a socket; set XDG_RUNTIME_DIR to a folder with a shorter name`,
    )
}

/* A socket's address in Linux: 108 bytes, the last of which is 0. */
const longestSocket = 107

/** Opens the session's lock, to wait for it; undefined when there is no such session. */
export function openLock(session: Pick<Session, 'lock'>): number | undefined {
  try {
    return openSync(session.lock, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Waits until nobody holds the session's lock, and removes what a keeper that was killed has left; false when the session
 * is still somebody's after that time. Closes the lock.
 */
export async function sweepSession(
  {folder}: Pick<Session, 'folder'>,
  lock: number,
  {withinMs}: {withinMs: number},
): Promise<boolean> {
  const sweeper = spawn('/bin/sh', ['-c', sweepScript, 'podlab-sweep', folder, `${withinMs / 1000}`], {
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', lock],
    env: {PATH: systemPath},
  })
  try {
    const [code] = await once(sweeper, 'exit')
    return code === 0
  } finally {
    closeSync(lock)
  }
}

/* The lock may be that of a folder which is gone; another lab of this name may have one there by now. */
const sweepScript = `folder=$1
flock --timeout "$2" 3 || exit
[ "$folder/lock" -ef /proc/self/fd/3 ] || exit 0
rm -rf -- "$folder"
rmdir -- "\${folder%/*}"
exit 0`

/** The names of all sessions of this user, running or left behind. */
export function sessionNames(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  try {
    return readdirSync(sessionsFolder(environment)).sort()
  } catch {
    return []
  }
}

/** The session's state; undefined while its sandbox is being made. */
export function readState(session: Session): SessionState | undefined {
  try {
    return JSON.parse(readFileSync(session.stateFile, 'utf8')) as SessionState
  } catch {
    return undefined
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
