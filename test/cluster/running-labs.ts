import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import test from 'ava'
import {chooseLab, runningLabs, takeDown, WhichLabError} from '../../src/cluster/running-labs.ts'
import {sessionOf} from '../../src/cluster/session.ts'
import {fakeDaemon, fakeState, makeSessions} from './_fake-daemon.ts'

const sessions = makeSessions()
process.env.XDG_RUNTIME_DIR = sessions.environment.XDG_RUNTIME_DIR
test.after.always(() => sessions.remove())

test.serial('without labs, choosing one says how to bring one up', async t => {
  t.deepEqual(await runningLabs(), [])
  await t.throwsAsync(chooseLab(undefined), {
    instanceOf: WhichLabError,
    message: 'no lab is up. Bring one up with: podlab up labs/kubia',
  })
})

test.serial('the only lab needs no name; of several, one must be named', async t => {
  const a = await fakeDaemon('a', sessions, {})
  t.deepEqual(await chooseLab(undefined), {session: a.session, state: fakeState})
  const b = await fakeDaemon('b', sessions, {})
  await t.throwsAsync(chooseLab(undefined), {message: 'several labs are up (a, b); choose one with --lab NAME'})
  await t.throwsAsync(chooseLab(undefined, 'podlab env NAME'), {message: /choose one with podlab env NAME$/})
  t.is((await chooseLab('b')).session.name, 'b')
  await t.throwsAsync(chooseLab('c'), {message: 'no lab named c is up; up are: a, b'})
  for (const {server} of [a, b]) server.close()
})

test.serial('a daemon that keeps silent counts as up, and is not taken for one that has gone', async t => {
  const {session, server} = await fakeDaemon('silent', sessions, {
    alive: () => new Promise(() => undefined),
    down: () => new Promise(() => undefined),
  })
  t.deepEqual(
    (await runningLabs()).map(lab => lab.session.name),
    ['silent'],
  )
  writeFileSync(session.lock, '')
  t.true(await takeDown({session, state: fakeState}, {withinMs: 100}), 'nobody holds its lock')
  server.closeAllConnections()
  server.close()
})

test.serial('what a killed keeper has left is cleared away when labs are listed', async t => {
  const session = sessionOf('left', sessions.environment)
  mkdirSync(session.folder, {recursive: true})
  for (const file of [session.lock, session.socket, session.stateFile]) writeFileSync(file, '')
  t.deepEqual(await runningLabs(), [])
  t.false(existsSync(session.folder))
})
