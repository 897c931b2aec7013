import {createHash, randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {duplexPair} from 'node:stream'
import test from 'ava'
import {WebSocket} from 'ws'
import {ContainerMissing} from '../../../src/apiserver/containers.ts'
import {spdyStreams} from '../../../src/apiserver/streams/remote/spdy-streams.ts'
import {streamServer} from './_server.ts'
import {askSpdy, spdyClient} from './_spdy-client.ts'

const v5 = 'v5.channel.k8s.io'
const v4 = 'v4.channel.k8s.io'
const pod = '/api/v1/namespaces/default/pods/web'

function execPath(command: readonly string[], streams: string): string {
  return `${pod}/exec?${command.map(word => `command=${encodeURIComponent(word)}`).join('&')}&${streams}`
}

type Talk = {readonly code: number; readonly channels: ReadonlyMap<number, Buffer>}

/* Sends messages on a WebSocket and collects what comes on each channel until it is closed. */
async function talk(
  {port, path, protocol}: {port: number; path: string; protocol: string},
  messages: readonly Buffer[] = [],
): Promise<Talk> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol)
  const pieces = new Map<number, Buffer[]>()
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? -1
    pieces.set(channel, [...(pieces.get(channel) ?? []), message.subarray(1)])
  })
  await once(socket, 'open')
  for (const message of messages) socket.send(message)
  const [code] = (await once(socket, 'close')) as [number]
  return {code, channels: new Map([...pieces].map(([channel, all]) => [channel, Buffer.concat(all)]))}
}

const onChannel = (channel: number, bytes: string | Buffer) => Buffer.concat([Buffer.of(channel), Buffer.from(bytes)])
const closing = (channel: number) => Buffer.of(255, channel)

test('a program that succeeds ends with Success and the code 1000', async t => {
  const {port, close} = await streamServer()
  const {code, channels} = await talk({
    port,
    path: execPath(['sh', '-c', 'echo out; echo err >&2'], 'stdout=1&stderr=1'),
    protocol: v5,
  })
  t.is(code, 1000)
  t.is(channels.get(1)?.toString(), 'out\n')
  t.is(channels.get(2)?.toString(), 'err\n')
  t.is(channels.get(3)?.toString(), '{"metadata":{},"status":"Success"}')
  await close()
})

test('a program that fails ends with its exit code', async t => {
  const {port, close} = await streamServer()
  const {code, channels} = await talk({port, path: execPath(['sh', '-c', 'exit 7'], 'stdout=1'), protocol: v4})
  t.is(code, 1000)
  t.deepEqual(JSON.parse(channels.get(3)?.toString() ?? ''), {
    metadata: {},
    status: 'Failure',
    message: 'command terminated with non-zero exit code: error executing command [sh -c exit 7], exit code 7',
    reason: 'NonZeroExitCode',
    details: {causes: [{reason: 'ExitCode', message: '7'}]},
  })
  await close()
})

test('5 MB go in and out of a program unchanged, and the end of its input is told by version 5', async t => {
  const {port, close} = await streamServer()
  const bytes = randomBytes(5_000_000)
  const messages = Array.from({length: 100}, (_, index) =>
    onChannel(0, bytes.subarray(index * 50_000, (index + 1) * 50_000)),
  )
  const {channels} = await talk({port, path: execPath(['cat'], 'stdin=1&stdout=1'), protocol: v5}, [
    ...messages,
    closing(0),
  ])
  t.is(hash(channels.get(1)), hash(bytes))
  await close()
})

function hash(bytes: Buffer | undefined): string {
  return createHash('sha1')
    .update(bytes ?? '')
    .digest('hex')
}

test('what a program has left running does not hold up its end', async t => {
  const {port, close} = await streamServer()
  const {channels} = await talk({port, path: execPath(['sh', '-c', 'sleep 5 & echo done'], 'stdout=1'), protocol: v5})
  t.is(channels.get(1)?.toString(), 'done\n')
  await close()
})

test('a program whose client vanishes is ended', async t => {
  const {port, programs, ended, close} = await streamServer()
  const socket = new WebSocket(`ws://127.0.0.1:${port}${execPath(['sleep', '60'], 'stdin=1&stdout=1')}`, v5)
  await once(socket, 'open')
  socket.terminate()
  while (programs.length === 0) await new Promise(setImmediate)
  t.is(await programs[0]?.ended, 137)
  t.is(ended(), 1)
  await close()
})

test('a program that does not read its input holds back the client, and its end is told all the same', async t => {
  const {port, close} = await streamServer()
  const much = Array.from({length: 200}, () => onChannel(0, Buffer.alloc(50_000)))
  const {code, channels} = await talk(
    {port, path: execPath(['sh', '-c', 'sleep 0.3; exit 5'], 'stdin=1&stdout=1'), protocol: v5},
    much,
  )
  t.is(code, 1000)
  t.is(JSON.parse(channels.get(3)?.toString() ?? '').details.causes[0].message, '5')
  await close()
})

const brokenMessage = test.macro<[Buffer, string]>({
  exec: async (t, message: Buffer, protocol: string) => {
    const {port, programs, close} = await streamServer()
    const {code} = await talk({port, path: execPath(['sleep', '60'], 'stdin=1&stdout=1'), protocol}, [message])
    t.is(code, 1002)
    t.is(await programs[0]?.ended, 137)
    await close()
  },
  title: (_, message, protocol) => `the message ${message.toString('hex') || '(empty)'} is no ${protocol}, and ends it`,
})

test(brokenMessage, Buffer.alloc(0), v5)
test(brokenMessage, Buffer.of(5), v5)
test(brokenMessage, Buffer.of(254, 0), v5)
test(brokenMessage, Buffer.of(255), v5)
test(brokenMessage, Buffer.of(255, 0, 0), v5)
test(brokenMessage, Buffer.of(255, 0), v4)

test("sizes that are none, and messages on channels that are not the client's, are passed over", async t => {
  const {port, close} = await streamServer()
  const strange = ['{"Width":0,"Height":1}', '{"Width":"a"}', 'null', '{', '', '{"Width":1e9,"Height":3}'].map(text =>
    onChannel(4, text),
  )
  const messages = [
    ...strange,
    onChannel(1, ''),
    onChannel(2, 'x'),
    onChannel(3, ''),
    onChannel(0, 'in'),
    closing(1),
    closing(0),
  ]
  const {channels} = await talk({port, path: execPath(['cat'], 'stdin=1&stdout=1'), protocol: v5}, messages)
  t.is(channels.get(1)?.toString(), 'in')
  await close()
})

const refusedSocket = test.macro<[string, string[], string]>({
  exec: async (t, path: string, protocols: string[], expected: string) => {
    const {port, close} = await streamServer({
      find: async ({container}) => {
        if (path.includes('gone')) throw new ContainerMissing(`container not found ("${container}")`)
      },
    })
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols)
    socket.on('error', () => undefined)
    const [, response] = await once(socket, 'unexpected-response')
    const body = await new Response(response).text()
    t.is(`${response.statusCode} ${body.startsWith('{') ? JSON.parse(body).message : body.trim()}`, expected)
    await close()
  },
  title: (_, path, protocols) =>
    `a WebSocket for ${path} with ${protocols.join(' and ') || 'no subprotocol'} is refused`,
})

const accepts = 'server accepts [v5.channel.k8s.io v4.channel.k8s.io]'
test(
  refusedSocket,
  execPath(['ls'], 'stdout=1'),
  ['base64.channel.k8s.io'],
  `400 unable to upgrade: unable to negotiate protocol: client supports [base64.channel.k8s.io], ${accepts}`,
)
test(
  refusedSocket,
  execPath(['ls'], 'stdout=1'),
  ['v4.base64.channel.k8s.io'],
  `400 unable to upgrade: unable to negotiate protocol: client supports [v4.base64.channel.k8s.io], ${accepts}`,
)
test(
  refusedSocket,
  execPath(['ls'], 'stdout=1'),
  [],
  `400 unable to upgrade: unable to negotiate protocol: client supports [], ${accepts}`,
)
test(refusedSocket, `${pod}/exec?stdout=1`, [v5], '400 you must specify at least one command for the container')
test(refusedSocket, execPath(['ls'], 'stdout=0'), [v5], '400 you must specify at least 1 of stdin, stdout, stderr')
test(refusedSocket, execPath(['ls'], 'stdout=1&container=foo'), [v5], '400 container foo is not valid for pod web')
test(refusedSocket, execPath(['gone'], 'stdout=1'), [v5], '500 container not found ("main")')
test(
  refusedSocket,
  `${pod}/portforward`,
  [v5],
  '400 unable to upgrade: unable to negotiate protocol: client supports [v5.channel.k8s.io], server accepts [SPDY/3.1+portforward.k8s.io v4.channel.k8s.io]',
)

const refusedSpdy = test.macro<[readonly string[], RegExp]>({
  exec: async (t, protocols: readonly string[], expected: RegExp) => {
    const {port, close} = await streamServer()
    const {head} = await askSpdy(port, execPath(['ls'], 'stdout=1'), protocols)
    t.regex(head, expected)
    await close()
  },
  title: (_, protocols) => `SPDY with ${protocols.join(' and ') || 'no protocol'} is refused`,
})

test(refusedSpdy, [], /^HTTP\/1\.1 400 Bad Request[\s\S]*unable to upgrade: X-Stream-Protocol-Version is required/)
test(
  refusedSpdy,
  ['v9.channel.k8s.io'],
  /^HTTP\/1\.1 403 Forbidden\r\nX-Accepted-Stream-Protocol-Versions: v4\.channel\.k8s\.io\r\n[\s\S]*client supports \[v9\.channel\.k8s\.io\], server accepts \[v4\.channel\.k8s\.io v3\.channel\.k8s\.io v2\.channel\.k8s\.io channel\.k8s\.io\]/,
)

const spoken = test.macro<[string, string]>({
  exec: async (t, protocol: string, expected: string) => {
    const {port, close} = await streamServer()
    const {head, socket} = await askSpdy(port, execPath(['sh', '-c', 'cat; exit 3'], 'stdin=1&stdout=1'), [
      'x',
      protocol,
    ])
    t.regex(head, new RegExp(`X-Stream-Protocol-Version: ${protocol}`))
    const client = spdyClient(socket)
    for (const [index, streamType] of ['error', 'stdin', 'stdout'].entries()) client.open(2 * index + 1, {streamType})
    client.send({type: 'data', stream: 3, fin: true, bytes: Buffer.from('hi')})
    await client.until(() => client.frames.some(({type}) => type === 'goaway'))
    t.is(client.said(5), 'hi')
    t.is(client.said(1), expected)
    await close()
  },
  title: (_, protocol) => `the error stream of ${protocol} over SPDY tells how the program ended`,
})

const sentence = 'command terminated with non-zero exit code: error executing command [sh -c cat; exit 3], exit code 3'
test(
  spoken,
  'v4.channel.k8s.io',
  `{"metadata":{},"status":"Failure","message":"${sentence}","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`,
)
test(spoken, 'v3.channel.k8s.io', sentence)
test(spoken, 'v2.channel.k8s.io', sentence)
test(spoken, 'channel.k8s.io', sentence)

test('a SPDY client that does not open its streams is left after a while', async t => {
  const [ours, theirs] = duplexPair()
  const client = spdyClient(ours)
  const wanted = {stdin: false, stdout: true, stderr: false, tty: false}
  client.open(1, {streamType: 'error'})
  const waiting = spdyStreams(theirs, {protocol: 'v4.channel.k8s.io', wanted, withinMs: 50})
  await t.throwsAsync(waiting, {message: 'timed out waiting for client to create streams'})
  t.true(theirs.destroyed)
})

test('a SPDY client that vanishes before it has opened its streams leaves nothing', async t => {
  const [ours, theirs] = duplexPair()
  const wanted = {stdin: false, stdout: true, stderr: false, tty: false}
  const waiting = spdyStreams(theirs, {protocol: 'v4.channel.k8s.io', wanted})
  ours.destroy()
  await t.throwsAsync(waiting, {message: 'the client left before it had created its streams'})
})
