import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import test, {type ExecutionContext} from 'ava'
import {
  checkSession,
  openLock,
  readState,
  type Session,
  SessionError,
  sessionNames,
  sessionOf,
  sessionsFolder,
  sweepSession,
} from '../../src/cluster/session.ts'

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-test-'))
  t.teardown(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}

/** A session whose folder is there, with a lock that nobody holds. */
function leftBehind(t: ExecutionContext, name = 'left'): Session {
  const session = sessionOf(name, {XDG_RUNTIME_DIR: folderFor(t)})
  mkdirSync(session.folder, {recursive: true, mode: 0o700})
  for (const file of [session.lock, session.log, session.socket]) writeFileSync(file, '')
  return session
}

test('sessions lie in the folder that the system gives the user for such things', t => {
  const runtime = folderFor(t)
  t.is(sessionsFolder({XDG_RUNTIME_DIR: runtime}), `${runtime}/podlab`)
  t.is(sessionOf('kubia', {XDG_RUNTIME_DIR: runtime}).socket, `${runtime}/podlab/kubia/control.sock`)
})

test('without one, root takes /run and everybody else a temporary folder of their own', t => {
  const expected = process.getuid?.() === 0 ? '/run/podlab' : join(tmpdir(), `podlab-${process.getuid?.()}`)
  t.is(sessionsFolder({}), expected)
  t.is(sessionsFolder({XDG_RUNTIME_DIR: '/nonexistent'}), expected)
})

test("a folder that is not there yet, or is one's own, is good", t => {
  const runtime = folderFor(t)
  const session = sessionOf('kubia', {XDG_RUNTIME_DIR: runtime})
  t.notThrows(() => checkSession(session))
  mkdirSync(join(runtime, 'podlab'), {mode: 0o700})
  t.notThrows(() => checkSession(session))
  t.deepEqual(sessionNames({XDG_RUNTIME_DIR: runtime}), [], 'looking makes nothing')
})

const refused = test.macro({
  exec: (t, prepare: (parent: string) => void) => {
    const runtime = folderFor(t)
    prepare(join(runtime, 'podlab'))
    const error = t.throws(() => checkSession(sessionOf('kubia', {XDG_RUNTIME_DIR: runtime})), {
      instanceOf: SessionError,
    })
    t.is(
      error.message,
      `${runtime}/podlab is not a folder that only you can write to; remove it or set XDG_RUNTIME_DIR`,
    )
  },
  title: (title = '') => `the folder of sessions is refused when it is ${title}`,
})

test('a file', refused, parent => writeFileSync(parent, ''))
test('a link', refused, parent => symlinkSync('/tmp', parent))
test('writable by others', refused, parent => {
  mkdirSync(parent)
  chmodSync(parent, 0o777)
})
if (process.getuid?.() !== 0) test.skip('a folder of another user is refused (only root can make one)', t => t.pass())
else
  test("another user's", refused, parent => {
    mkdirSync(parent, {mode: 0o700})
    chownSync(parent, 65534, 65534)
  })

test('a name that no socket can have is refused before anything starts', t => {
  const session = sessionOf('a'.repeat(40), {XDG_RUNTIME_DIR: folderFor(t)})
  const long = {...session, socket: `/${'x'.repeat(107)}`}
  t.throws(() => checkSession(long), {message: /too long a name for a socket; set XDG_RUNTIME_DIR/})
  t.notThrows(() => checkSession({...session, socket: `/${'x'.repeat(106)}`}))
})

test('the state is what the daemon has written, and nothing while it writes', t => {
  const session = leftBehind(t)
  t.is(readState(session), undefined)
  writeFileSync(session.stateFile, '{"pid": 1')
  t.is(readState(session), undefined)
  writeFileSync(session.stateFile, '{"pid": 12}')
  t.like(readState(session), {pid: 12})
})

test('a session whose lock nobody holds is cleared away, with the folder of all when it was the last', async t => {
  const session = leftBehind(t)
  const parent = join(session.folder, '..')
  mkdirSync(join(parent, 'other'))
  const lock = openLock(session) ?? -1
  t.true(await sweepSession(session, lock, {withinMs: 0}))
  t.false(existsSync(session.folder))
  t.true(existsSync(parent))
  t.is(openLock(session), undefined)
})

test('a session whose lock is held stays', async t => {
  const session = leftBehind(t)
  const held = openSync(session.lock, 'r')
  const holder = spawn('flock', ['3'], {stdio: ['ignore', 'ignore', 'ignore', held]})
  t.deepEqual(await once(holder, 'exit'), [0, null], "the lock is the open file's, not the process's")
  t.false(await sweepSession(session, openLock(session) ?? -1, {withinMs: 0}))
  t.true(existsSync(session.folder))

  const waiting = sweepSession(session, openLock(session) ?? -1, {withinMs: 10_000})
  closeSync(held)
  t.true(await waiting, 'it waits for the lock')
  t.false(existsSync(session.folder))
})

test('a new session in the place of an old one is left alone', async t => {
  const session = leftBehind(t)
  const old = openLock(session) ?? -1
  rmSync(session.lock)
  writeFileSync(session.lock, '')
  t.true(await sweepSession(session, old, {withinMs: 0}))
  t.true(existsSync(session.folder))
})
