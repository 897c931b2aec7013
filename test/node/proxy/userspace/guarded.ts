import {createSocket, type Socket as Datagrams} from 'node:dgram'
import {once} from 'node:events'
import {connect, createServer, type Server} from 'node:net'
import {setTimeout} from 'node:timers/promises'
import test, {type ExecutionContext} from 'ava'
import {loadSyscalls} from '../../../../src/kernel/syscalls.ts'
import {createListeners} from '../../../../src/node/proxy/userspace/listeners.ts'
import type {Judge} from '../../../../src/node/proxy/userspace/permitted.ts'
import type {ProxyCall, Verdict} from '../../../../src/node/proxy/userspace/protocol.ts'
import {roomFor} from '../../../../src/node/proxy/userspace/room.ts'
import {mostWaiting} from '../../../../src/node/proxy/userspace/udp-proxy.ts'

/*
 * A proxy between sockets of the network of whoever runs the tests: a client, the proxy, endpoints that say their names or what they
 * have got.
 */
const portOf = (server: Server | Datagrams) => (server.address() as {port: number}).port

async function tcpEndpoint(t: ExecutionContext, name: string): Promise<string> {
  const server = createServer(socket => void socket.on('error', () => undefined).end(name)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `127.0.0.1:${portOf(server)}`
}

async function udpEndpoint(t: ExecutionContext) {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => void socket.close())
  const heard: string[] = []
  socket.on('message', (message, {port, address}) => {
    heard.push(String(message))
    socket.send(`${message}, yes`, port, address)
  })
  return {endpoint: `127.0.0.1:${portOf(socket)}`, heard}
}

type Setup = {
  readonly protocol: 'tcp' | 'udp'
  readonly endpoints: readonly string[]
  readonly judge: Judge
  readonly affinitySeconds?: number
}

function proxyAt(t: ExecutionContext, {judge, ...port}: Setup): number {
  const tools = {
    within: <T>(act: () => T) => act(),
    syscalls: loadSyscalls(),
    room: roomFor(10),
    listening: roomFor(10),
  }
  const listeners = createListeners({...tools, judge})
  t.teardown(listeners.stop)
  // Of a range below the kernel's own, where hardly anybody is; taken ones are passed by.
  const options = {range: {first: 21_000, last: 21_400}, udpIdleMs: 2000}
  return listeners.open({name: t.title, claims: [], ...port}, options).proxyPort ?? 0
}

/** What a client hears until the end. */
async function heardAt(port: number): Promise<string> {
  const socket = connect({port, host: '127.0.0.1'})
  let heard = ''
  socket.on('data', data => {
    heard += data
  })
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return heard
}

/* A judge that lets these be called, and remembers what it was asked. */
function letting(allowed: () => readonly string[]) {
  const asked: ProxyCall[] = []
  const judge: Judge = async call => {
    asked.push(call)
    return allowed().includes(call.endpoint) ? 'for the client' : 'not at all'
  }
  return {asked, judge}
}

test('tcp: an endpoint that the client may not call is passed over, and the one it may call takes its turn', async t => {
  const [one, two] = [await tcpEndpoint(t, 'one'), await tcpEndpoint(t, 'two')]
  const {judge, asked} = letting(() => [two])
  const port = proxyAt(t, {protocol: 'tcp', endpoints: [one, two], judge})
  for (let again = 0; again < 4; again++) t.is(await heardAt(port), 'two')
  t.deepEqual(new Set(asked.map(({client, protocol}) => `${client} ${protocol}`)), new Set(['127.0.0.1 tcp']))
})

test('tcp: more forbidden endpoints than an endpoint without answer has tries are passed over, too', async t => {
  const one = await tcpEndpoint(t, 'one')
  const others = Array.from({length: 20}, (_, at) => `127.0.0.2:${at + 1}`)
  const port = proxyAt(t, {protocol: 'tcp', endpoints: [...others, one], judge: letting(() => [one]).judge})
  t.is(await heardAt(port), 'one')
})

test('tcp: a client that may call none is let go, each endpoint having been asked about once', async t => {
  const endpoints = [await tcpEndpoint(t, 'one'), await tcpEndpoint(t, 'two')]
  const {judge, asked} = letting(() => [])
  const port = proxyAt(t, {protocol: 'tcp', endpoints, judge})
  t.is(await heardAt(port), '')
  t.deepEqual(asked.map(({endpoint}) => endpoint).toSorted(), endpoints.toSorted())
})

test('tcp: with session affinity a client leaves an endpoint that is forbidden, and comes back when none was allowed for a while', async t => {
  const [one, two] = [await tcpEndpoint(t, 'one'), await tcpEndpoint(t, 'two')]
  let allowed: readonly string[] = [one, two]
  const {judge} = letting(() => allowed)
  const port = proxyAt(t, {protocol: 'tcp', endpoints: [one, two], judge, affinitySeconds: 60})
  const first = await heardAt(port)
  t.is(await heardAt(port), first)
  allowed = []
  t.is(await heardAt(port), '')
  allowed = [one, two]
  t.is(await heardAt(port), first)
  allowed = first === 'one' ? [two] : [one]
  const second = await heardAt(port)
  t.is(second, first === 'one' ? 'two' : 'one')
  allowed = [one, two]
  t.is(await heardAt(port), second)
})

test('tcp: a client that nobody answers for is let go', async t => {
  const one = await tcpEndpoint(t, 'one')
  const port = proxyAt(t, {protocol: 'tcp', endpoints: [one], judge: async () => undefined})
  t.is(await heardAt(port), '')
})

test('tcp: a client that leaves while it is judged leaves its place', async t => {
  const one = await tcpEndpoint(t, 'one')
  const verdict = Promise.withResolvers<Verdict>()
  const port = proxyAt(t, {protocol: 'tcp', endpoints: [one], judge: () => verdict.promise})
  for (let at = 0; at < 10; at++) {
    const socket = connect({port, host: '127.0.0.1'})
    await once(socket, 'connect')
    await setTimeout(5)
    socket.resetAndDestroy()
  }
  verdict.resolve('for the client')
  await setTimeout(50)
  t.is(await heardAt(port), 'one')
})

/** A client of UDP, and what it has heard. */
function speaker(t: ExecutionContext, port: number) {
  const socket = createSocket('udp4')
  t.teardown(() => void socket.close())
  const heard: string[] = []
  socket.on('message', message => void heard.push(String(message)))
  const say = (text: string) =>
    new Promise<void>(resolve => {
      socket.send(text, port, '127.0.0.1', () => resolve())
    })
  return {say, heard}
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries++) await setTimeout(10)
}

test('udp: the first datagrams wait for the verdict, a few of them, and go in their order', async t => {
  const {endpoint, heard} = await udpEndpoint(t)
  const verdict = Promise.withResolvers<Verdict>()
  let questions = 0
  const judge: Judge = () => {
    questions++
    return verdict.promise
  }
  const {say, heard: answers} = speaker(t, proxyAt(t, {protocol: 'udp', endpoints: [endpoint], judge}))
  const words = Array.from({length: mostWaiting + 2}, (_, at) => `word ${at}`)
  for (const word of words) await say(word)
  await setTimeout(50)
  t.deepEqual(heard, [])
  verdict.resolve('for the client')
  await until(() => answers.length >= mostWaiting)
  t.deepEqual(heard, words.slice(0, mostWaiting))
  t.is(answers[0], 'word 0, yes')
  await say('more')
  await until(() => heard.includes('more'))
  t.is(heard.at(-1), 'more')
  t.is(questions, 1, 'a flow is judged once')
})

test('udp: what may go nowhere is lost, and judged again when more comes', async t => {
  const {endpoint, heard} = await udpEndpoint(t)
  let allowed: readonly string[] = []
  const {judge, asked} = letting(() => allowed)
  const {say, heard: answers} = speaker(t, proxyAt(t, {protocol: 'udp', endpoints: [endpoint], judge}))
  await say('first')
  await until(() => asked.length > 0)
  await setTimeout(20)
  allowed = [endpoint]
  await say('second')
  await until(() => answers.length > 0)
  t.deepEqual([heard, answers], [['second'], ['second, yes']])
  allowed = []
  await say('third')
  await until(() => answers.length > 1)
  t.is(answers[1], 'third, yes', 'and what is open stays open')
})

test('udp: a datagram that is judged goes to the endpoint that may be spoken to', async t => {
  const [one, two] = [await udpEndpoint(t), await udpEndpoint(t)]
  const {judge} = letting(() => [two.endpoint])
  const port = proxyAt(t, {protocol: 'udp', endpoints: [one.endpoint, two.endpoint], judge})
  const speakers = [speaker(t, port), speaker(t, port), speaker(t, port)]
  for (const {say} of speakers) await say('hello')
  await until(() => two.heard.length === 3)
  t.deepEqual([one.heard.length, two.heard.length], [0, 3])
})
