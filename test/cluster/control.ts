import {once} from 'node:events'
import {statSync, writeFileSync} from 'node:fs'
import test from 'ava'
import {ask, ControlError} from '../../src/cluster/control.ts'
import {fakeDaemon, makeSessions} from './_fake-daemon.ts'

class RefusedError extends Error {
  readonly code = 'no-such-pod'
}

const sessions = makeSessions()
const {session, server} = await fakeDaemon('control', sessions, {
  list: async ({kind}) => [{apiVersion: 'v1', kind, metadata: {name: 'a'}}],
  get: async () => null,
  delete: async () => {
    throw new RefusedError('there is no pod/nope')
  },
  scale: async () => {
    throw 'a text'
  },
  changed: ({since}, signal) =>
    new Promise((_, reject) => {
      server.emit('waiting', since)
      signal.addEventListener('abort', () => {
        server.emit('given up')
        reject(signal.reason)
      })
    }),
})
test.after.always(() => {
  server.close()
  sessions.remove()
})

test('a question gets its answer', async t => {
  t.deepEqual(await ask(session.socket, 'list', {kind: 'Pod'}), [
    {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'a'}},
  ])
  t.is(await ask(session.socket, 'get', {kind: 'Pod', name: 'a'}), null)
  t.is(await ask(session.socket, 'alive', {}), null)
})

test("what the daemon refuses is an error with the daemon's words", async t => {
  const error = await t.throwsAsync(ask(session.socket, 'delete', {kind: 'Pod'}), {instanceOf: ControlError})
  t.like(error, {message: 'there is no pod/nope', code: 'no-such-pod'})
  await t.throwsAsync(ask(session.socket, 'scale', {ref: {kind: 'ReplicaSet', name: 'a'}, replicas: 1}), {
    message: 'a text',
    code: 'refused',
  })
})

test('a verb that the daemon does not know is refused', async t => {
  await t.throwsAsync(ask(session.socket, 'inside', {target: 'pod/a'}), {message: 'the daemon knows no verb "inside"'})
  await t.throwsAsync(ask(session.socket, 'toString' as 'alive', {}), {message: 'the daemon knows no verb "toString"'})
})

test('a daemon that is not there is unreachable', async t => {
  await t.throwsAsync(ask(`${session.socket}.gone`, 'alive', {}), {code: 'unreachable', message: /ENOENT/})
  const left = `${session.folder}/left.sock`
  writeFileSync(left, '')
  await t.throwsAsync(ask(left, 'alive', {}), {code: 'unreachable', message: /ECONNREFUSED/})
})

test('whoever gives up is told why, and the daemon hears of it', async t => {
  const stop = new AbortController()
  const answered = ask(session.socket, 'changed', {since: 7}, stop.signal)
  t.deepEqual(await once(server, 'waiting'), [7])
  const heard = once(server, 'given up')
  stop.abort()
  await t.throwsAsync(answered, {name: 'AbortError'})
  await heard
  t.pass()
})

test('only its owner may open the socket', t => {
  t.is(statSync(session.folder).mode & 0o777, 0o700)
})
