import {accessSync, constants, lstatSync, mkdirSync, readdirSync, readFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

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
}

/** What the daemon writes once its sandbox stands. */
export type SessionState = {
  /** The daemon's process id as the host sees it. */
  readonly pid: number
  /** Where the lab was read from, absolute. */
  readonly source: string
  readonly rootless: boolean
  readonly startedAt: string
}

export function sessionOf(name: string, environment: NodeJS.ProcessEnv = process.env): Session {
  const folder = join(sessionsFolder(environment), name)
  return {
    name,
    folder,
    socket: join(folder, 'control.sock'),
    log: join(folder, 'daemon.log'),
    stateFile: join(folder, 'state.json'),
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

/** Makes the session's folder, mode 0700; false when it exists: the lab is up, or was left by a lab whose keeper was killed. */
export function claimSession(session: Session): boolean {
  const parent = join(session.folder, '..')
  mkdirSync(parent, {recursive: true, mode: 0o700})
  const owner = lstatSync(parent)
  if (!owner.isDirectory() || owner.uid !== (process.getuid?.() ?? 0) || (owner.mode & 0o022) !== 0)
    throw new SessionError(`${parent} is not a folder that only you can write to; remove it or set XDG_RUNTIME_DIR`)
  try {
    mkdirSync(session.folder, {mode: 0o700})
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

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
