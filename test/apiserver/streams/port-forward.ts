import {createHash, randomBytes} from 'node:crypto'
import {once} from 'node:events'
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net'
import test, {type ExecutionContext} from 'ava'
import {WebSocket} from 'ws'
import {quietPort} from '../../_quiet-port.ts'
import {streamServer} from './_server.ts'
import {askSpdy, type SpdyClient, spdyClient} from './_spdy-client.ts'

const path = '/api/v1/namespaces/default/pods/web/portforward'

/* A server in the pod: it answers with what it gets, in capitals, and its side ends with the client's. */
async function podServer(t: ExecutionContext, serve = capitals): Promise<number> {
  const server: Server = createServer({allowHalfOpen: true}, serve).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function capitals(socket: Socket): void {
  socket.on('data', bytes => socket.write(`${bytes}`.toUpperCase())).on('end', () => socket.end())
}

async function spdy(t: ExecutionContext): Promise<{client: SpdyClient; socket: Socket}> {
  const {port, close} = await streamServer()
  t.teardown(close)
  const {head, socket} = await askSpdy(port, path, ['portforward.k8s.io'])
  t.teardown(() => socket.destroy())
  t.regex(head, /^HTTP\/1\.1 101 [\s\S]*X-Stream-Protocol-Version: portforward\.k8s\.io/)
  return {client: spdyClient(socket), socket}
}

/* As kubectl does it: the error stream, which it ends at once, then the data stream. */
function openPair(client: SpdyClient, error: number, {port, id = `${error}`}: {port?: string; id?: string}): void {
  const headers = {requestid: id, ...(port !== undefined && {port})}
  client.open(error, {...headers, streamtype: 'error'}, true)
  client.open(error + 2, {...headers, streamtype: 'data'})
}

const ended = (client: SpdyClient, stream: number) =>
  client.frames.some(frame => frame.type === 'data' && frame.stream === stream && frame.fin)

const data = (stream: number, text: string, fin = false) =>
  ({type: 'data', stream, fin, bytes: Buffer.from(text)}) as const

test('two connections go to a port over one SPDY connection, each with its own end', async t => {
  const port = `${await podServer(t)}`
  const {client} = await spdy(t)
  openPair(client, 1, {port})
  openPair(client, 5, {port})
  client.send(data(3, 'one'), data(7, 'two'))
  await client.until(() => client.said(3) === 'ONE' && client.said(7) === 'TWO')
  client.send(data(3, '!', true))
  await client.until(() => ended(client, 3) && ended(client, 1))
  t.is(client.said(1), '')
  client.send(data(7, ' more'))
  await client.until(() => client.said(7) === 'TWO MORE')
  t.false(ended(client, 7))
})

test('a port where nobody listens is told on its error stream, and the others go on', async t => {
  const [open, shut] = [`${await podServer(t)}`, `${await quietPort()}`]
  const {client} = await spdy(t)
  openPair(client, 1, {port: shut})
  openPair(client, 5, {port: open})
  await client.until(() => ended(client, 1))
  t.regex(client.said(1), new RegExp(`^error forwarding port ${shut} to pod 1234, uid : connect ECONNREFUSED`))
  client.send(data(7, 'still'))
  await client.until(() => client.said(7) === 'STILL')
  t.pass()
})

const refused = test.macro({
  exec: async (t, port: string | undefined, words: string) => {
    const {client} = await spdy(t)
    openPair(client, 1, port === undefined ? {} : {port})
    await client.until(() => ended(client, 1))
    t.is(client.said(1), words)
  },
  title: (_, port) => `the port ${JSON.stringify(port) ?? 'that is not named'} is refused on the error stream`,
})
const unreadable = (text: string, why: string) =>
  `unable to parse "${text}" as a port: strconv.ParseUint: parsing "${text}": ${why}`

test(refused, undefined, '"port" header is required')
test(refused, '', '"port" header is required')
test(refused, '0', 'port "0" must be > 0')
test(refused, '65536', unreadable('65536', 'value out of range'))
test(refused, '123456789', unreadable('123456789', 'value out of range'))
test(refused, 'http', unreadable('http', 'invalid syntax'))
test(refused, '-1', unreadable('-1', 'invalid syntax'))
test(refused, '80 ', unreadable('80 ', 'invalid syntax'))

test('streams of no type, or twice of one type for one request, are reset', async t => {
  const port = `${await podServer(t)}`
  const {client} = await spdy(t)
  client.open(1, {requestid: 'a', port})
  client.open(3, {requestid: 'a', port, streamtype: 'error'})
  client.open(5, {requestid: 'a', port, streamtype: 'error'})
  client.open(7, {requestid: 'a', port, streamtype: 'sideways'})
  const resets = () => client.frames.flatMap(frame => (frame.type === 'reset' ? [frame.stream] : []))
  await client.until(() => resets().length === 3)
  t.deepEqual(resets(), [1, 5, 7])
  client.open(9, {requestid: 'a', port, streamtype: 'data'})
  client.send(data(9, 'well'))
  await client.until(() => client.said(9) === 'WELL')
})

test('a client that vanishes cuts its connections into the pod', async t => {
  const cut = Promise.withResolvers<unknown>()
  const port = await podServer(t, socket => void socket.resume().once('end', () => cut.resolve(socket.destroy())))
  const {client, socket} = await spdy(t)
  openPair(client, 1, {port: `${port}`})
  client.send(data(3, 'half a requ'))
  await client.until(() => client.frames.some(({type}) => type === 'reply'))
  socket.destroy()
  await cut.promise
  t.pass()
})

test('5 MB go through the channels of a WebSocket, beside a port where nobody listens', async t => {
  const bytes = randomBytes(5_000_000)
  const open = await podServer(t, socket => void socket.end(bytes))
  const shut = await quietPort()
  const {port, close} = await streamServer()
  t.teardown(close)
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}?ports=${shut},${open}`, 'v4.channel.k8s.io')
  const channels = [0, 1, 2, 3].map((): Buffer[] => [])
  socket.on('message', (message: Buffer) => channels[message[0] ?? 0]?.push(message.subarray(1)))
  await once(socket, 'open')
  const length = () => (channels[2] ?? []).reduce((sum, piece) => sum + piece.length, 0)
  while (length() < bytes.length + 2) await once(socket, 'message')
  const [first, ...rest] = channels[2] ?? []
  t.is(first?.readUInt16LE(), open, 'a channel begins with its port')
  t.is(hash(Buffer.concat(rest)), hash(bytes))
  const [errorPort, words] = channels[1] ?? []
  t.is(errorPort?.readUInt16LE(), shut)
  t.regex(`${words}`, new RegExp(`^error forwarding port ${shut} to pod 1234`))
  socket.terminate()
})

const badPorts = test.macro<[string]>({
  exec: async (t, query: string) => {
    const {port, close} = await streamServer()
    t.teardown(close)
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}?${query}`, 'v4.channel.k8s.io')
    const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
    t.is(`${code} ${reason}`, '1008 the query must name 1 to 127 ports between 1 and 65535')
  },
  title: (_, query) => `channels for "${query.slice(0, 20)}" are refused`,
})

test(badPorts, '')
test(badPorts, 'ports=0')
test(badPorts, 'ports=http')
test(badPorts, 'ports=80,')
test(badPorts, 'ports=70000')
test(badPorts, `ports=${Array.from({length: 128}, (_, index) => index + 1).join(',')}`)

function hash(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
