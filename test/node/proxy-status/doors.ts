import {once} from 'node:events'
import {connect, createServer} from 'node:net'
import {text} from 'node:stream/consumers'
import {setTimeout} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {loadSyscalls} from '../../../src/kernel/syscalls.ts'
import type {Answer} from '../../../src/node/proxy-status/answers.ts'
import {createDoors, type Door} from '../../../src/node/proxy-status/doors.ts'
import {quietPort} from '../../_quiet-port.ts'

const {tcpListener} = loadSyscalls()
const host = '127.0.0.1'

/** Doors on this machine's loopback; `again` lets what waits to be tried again go on. */
function doorsHere(t: ExecutionContext) {
  const stop = new AbortController()
  t.teardown(() => stop.abort())
  let again = Promise.withResolvers<void>()
  const doors = createDoors({
    listen: async place => tcpListener(place),
    after: () => again.promise,
    signal: stop.signal,
  })
  return {
    ...doors,
    again: async () => {
      again.resolve()
      again = Promise.withResolvers()
      await setTimeout(20)
    },
  }
}

const door = (port: number, more: Partial<Door> = {}, answer: Partial<Answer> = {}): Door => ({
  ...{host, port},
  answer: path => ({status: 200, body: `you asked for ${path}`, ...answer}),
  ...more,
})

async function ask(port: number, line = 'GET /healthz?x=1 HTTP/1.1'): Promise<string> {
  const socket = connect(port, host)
  socket.write(`${line}\r\nHost: node\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

test('a door that is wanted answers, by the path alone', async t => {
  const {open} = doorsHere(t)
  const port = await quietPort()
  await open([door(port, {}, {weight: 3})])
  const said = await ask(port)
  t.regex(said, /^HTTP\/1\.1 200 OK\r\n/)
  t.regex(said, /\r\nContent-Type: text\/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n/)
  t.regex(said, /\r\nX-Load-Balancing-Endpoint-Weight: 3\r\n/)
  t.true(said.endsWith('\r\n\r\nyou asked for /healthz'))
  t.true((await ask(port, 'HEAD / HTTP/1.1')).endsWith('\r\n\r\n'))
})

test('what a door answers changes while it is open, and one that is wanted no more is shut', async t => {
  const {open} = doorsHere(t)
  const port = await quietPort()
  await open([door(port)])
  await open([door(port, {}, {status: 503, body: 'no'})])
  t.regex(await ask(port), /^HTTP\/1\.1 503 [\s\S]*no$/)
  await open([])
  await t.throwsAsync(ask(port), {code: 'ECONNREFUSED'})
})

test('a port that is taken is tried again until it is free', async t => {
  const {open, again} = doorsHere(t)
  const port = await quietPort()
  const other = createServer().listen(port, host)
  await once(other, 'listening')
  const failures: string[] = []
  await open([door(port, {failed: ({message}) => failures.push(message)})])
  t.deepEqual(failures, [`bind(${host}:${port}): EADDRINUSE`])
  await again()
  t.is(failures.length, 2)
  await new Promise(resolve => other.close(resolve))
  await again()
  t.regex(await ask(port), /^HTTP\/1\.1 200 OK/)
  t.is(failures.length, 2)
})

test('one door that cannot be opened does not keep the others shut', async t => {
  const {open} = doorsHere(t)
  const [taken, free] = [await quietPort(), await quietPort()]
  const other = createServer().listen(taken, host)
  await once(other, 'listening')
  t.teardown(() => other.close())
  await open([door(taken), door(free)])
  t.regex(await ask(free), /^HTTP\/1\.1 200 OK/)
})

test('who says nothing, or nonsense, harms nobody', async t => {
  const {open} = doorsHere(t)
  const port = await quietPort()
  await open([door(port)])
  const silent = Array.from({length: 20}, () => connect(port, host))
  t.regex(await ask(port, 'BREW /coffee'), /^HTTP\/1\.1 400 Bad Request/)
  t.regex(await ask(port), /^HTTP\/1\.1 200 OK/)
  for (const socket of silent) socket.destroy()
})
