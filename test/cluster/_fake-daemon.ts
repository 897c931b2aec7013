import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import type {Server} from 'node:http'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type ControlVerbs, serveControl} from '../../src/cluster/daemon/control-server.ts'
import {type Session, type SessionState, sessionOf} from '../../src/cluster/session.ts'

/** A folder for sessions, as the environment of podlab names it. */
export type Sessions = {readonly environment: {readonly XDG_RUNTIME_DIR: string}; remove(): void}

export function makeSessions(): Sessions {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'))
  return {environment: {XDG_RUNTIME_DIR: folder}, remove: () => rmSync(folder, {recursive: true, force: true})}
}

/** What a fake lab tells of itself. */
export const fakeState: SessionState = {
  pid: 1,
  source: '/labs/fake/lab.yaml',
  rootless: true,
  startedAt: '2026-01-02T03:04:05.000Z',
}

/** A session whose control socket answers with these verbs, and refuses all others. */
export async function fakeDaemon(
  name: string,
  {environment}: Sessions,
  verbs: Partial<ControlVerbs>,
): Promise<{readonly session: Session; readonly server: Server}> {
  const session = sessionOf(name, environment)
  mkdirSync(session.folder, {recursive: true, mode: 0o700})
  writeFileSync(session.stateFile, JSON.stringify(fakeState))
  const server = await serveControl(session.socket, {alive: async () => null, ...verbs} as ControlVerbs)
  return {session, server}
}
