import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {createServer as createHttpServer, get} from 'node:http'
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net'
import {text} from 'node:stream/consumers'
import test, {type ExecutionContext} from 'ava'
import {createExchange} from '../../src/dns/exchange.ts'
import {serveHttp, serveTcp, type TcpLimits, tcpLimits} from '../../src/dns/serve.ts'
import type {DnsServer} from '../../src/dns/server.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import {writeMessage} from '../../src/dns/wire/write-message.ts'
import {queryBytes, testServer} from './_ask.ts'

const corefile = '. {\n health\n ready\n prometheus\n kubernetes cluster.local\n}'
const wanted = {name: 'kubia.default.svc.cluster.local.', type: 'A'}

/** A server on loopback; the port it listens on. */
async function listening(t: ExecutionContext, server: DnsServer, limits: TcpLimits = tcpLimits): Promise<number> {
  const listener = createServer({allowHalfOpen: true})
  serveTcp(server, listener, 53, limits)
  return portOf(t, listener)
}

async function portOf(t: ExecutionContext, listener: Server): Promise<number> {
  listener.listen(0, '127.0.0.1', 4096)
  await once(listener, 'listening')
  t.teardown(() => listener.close())
  return (listener.address() as AddressInfo).port
}

function framed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

async function client(t: ExecutionContext, port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/* A reset is an end too. */
function closed(socket: Socket): Promise<void> {
  return new Promise(resolve => socket.on('close', () => resolve()))
}

/** So many answers that come on a connection. */
async function answers(socket: Socket, count: number): Promise<number[]> {
  if (socket.destroyed) throw new Error('the connection is closed')
  const ids: number[] = []
  let read = Buffer.alloc(0)
  while (ids.length < count) {
    const [chunk] = await once(socket, 'data')
    read = Buffer.concat([read, chunk])
    while (read.length >= 2 && read.length >= read.readUInt16BE(0) + 2) {
      ids.push(readMessage(read.subarray(2, read.readUInt16BE(0) + 2)).id)
      read = read.subarray(read.readUInt16BE(0) + 2)
    }
  }
  return ids
}

test('several questions on one connection are answered in their order, however they are cut into segments', async t => {
  const socket = await client(t, await listening(t, testServer({corefile})))
  const bytes = Buffer.concat([1, 2, 3].map(id => framed(queryBytes(wanted, id))))
  for (const byte of bytes) socket.write(Buffer.from([byte]))
  t.deepEqual(await answers(socket, 3), [1, 2, 3])
})

test('a connection on which nothing is asked in time is closed', async t => {
  const port = await listening(t, testServer({corefile}), {...tcpLimits, first: 50})
  const socket = await client(t, port)
  socket.resume()
  socket.write(Buffer.from([0]))
  await closed(socket)
  t.pass()
})

test('a connection on which nothing more is asked is closed', async t => {
  const port = await listening(t, testServer({corefile}), {...tcpLimits, idle: 50})
  const socket = await client(t, port)
  socket.write(framed(queryBytes(wanted)))
  await answers(socket, 1)
  socket.resume()
  await closed(socket)
  t.pass()
})

test('ten thousand connections are opened, no more than a thousand are kept, and the next is answered', async t => {
  const server = testServer({corefile})
  const listener = createServer({allowHalfOpen: true})
  serveTcp(server, listener, 53, {...tcpLimits, first: 300_000, idle: 300_000})
  const port = await portOf(t, listener)
  let most = 0
  let accepted = 0
  let waiting = {count: 1, all: Promise.withResolvers<void>()}
  listener.on('connection', () => {
    accepted += 1
    if (accepted === waiting.count) waiting.all.resolve()
  })
  const faithful = await client(t, port)
  for (let round = 0; round < 20; round++) {
    waiting = {count: 1 + (round + 1) * 500, all: Promise.withResolvers<void>()}
    await Promise.all([waiting.all.promise, ...Array.from({length: 500}, () => client(t, port))])
    faithful.write(framed(queryBytes(wanted, round)))
    t.deepEqual(await answers(faithful, 1), [round], 'who goes on asking is not put out')
    most = Math.max(most, await new Promise<number>(resolve => listener.getConnections((_, count) => resolve(count))))
  }
  t.true(most <= tcpLimits.connections + 500, `${most} connections were open`)
  const socket = await client(t, port)
  socket.write(framed(queryBytes(wanted, 7)))
  t.deepEqual(await answers(socket, 1), [7])
})

test('a client that asks without end and never reads is not answered without end', async t => {
  const server = testServer({corefile})
  let asked = 0
  const counting: DnsServer = {
    ...server,
    answer: (...words) => {
      asked += 1
      return server.answer(...words)
    },
  }
  const port = await listening(t, counting)
  const socket = await client(t, port)
  socket.pause()
  const many = Buffer.concat(Array.from({length: 1000}, () => framed(queryBytes(wanted))))
  const sent = 400
  for (let turn = 0; turn < sent; turn++) socket.write(many)
  for (let before = -1; before < asked; ) {
    before = asked
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  t.true(asked < sent * 1000, `${asked} of ${sent * 1000} were answered into the void`)
  const other = await client(t, port)
  other.write(framed(queryBytes(wanted, 9)))
  t.deepEqual(await answers(other, 1), [9], 'others are')
})

test('health and metrics come by HTTP', async t => {
  const server = testServer({corefile})
  const listener = createHttpServer()
  serveHttp(server, listener, 8080)
  const port = await portOf(t, listener)
  const [response] = await once(get({host: '127.0.0.1', port, path: '/health'}), 'response')
  t.is(response.statusCode, 200)
  t.is(await text(response), 'OK')
})

test('another server is asked over UDP, each question with a number of its own, and over TCP', async t => {
  const other = createSocket('udp4')
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const seen: number[] = []
  other.on('message', (bytes, {port, address}) => {
    const query = readMessage(bytes)
    seen.push(query.id)
    other.send(writeMessage({...query, response: true}), port, address)
  })
  const listener = createServer(socket =>
    socket.on('data', bytes => socket.end(framed(writeMessage({...readMessage(bytes.subarray(2)), response: true})))),
  )
  const tcpPort = await portOf(t, listener)
  const {exchange, close} = createExchange({
    openUdp: () => createSocket('udp4').bind(0, '127.0.0.1'),
    connect: ({port, address}) => connect(port, address),
  })
  t.teardown(() => {
    close()
    other.close()
  })
  const to = {address: '127.0.0.1', port: other.address().port}
  const bytes = queryBytes(wanted, 5)
  const both = await Promise.all([1, 2].map(() => exchange({bytes, to, protocol: 'udp', timeout: 5000})))
  t.deepEqual(
    both.map(answer => readMessage(answer).id),
    [5, 5],
  )
  t.deepEqual(seen.toSorted(), [5, 6])
  const byTcp = await exchange({bytes, to: {...to, port: tcpPort}, protocol: 'tcp', timeout: 5000})
  t.is(readMessage(byTcp).id, 5)
  await t.throwsAsync(exchange({bytes, to: {address: '127.0.0.1', port: 1}, protocol: 'tcp', timeout: 5000}))
})

test('a server that says nothing is given up', async t => {
  const silent = createSocket('udp4')
  silent.bind(0, '127.0.0.1')
  await once(silent, 'listening')
  const {exchange, close} = createExchange({
    openUdp: () => createSocket('udp4').bind(0, '127.0.0.1'),
    connect: () => t.fail() as never,
  })
  t.teardown(() => {
    close()
    silent.close()
  })
  const to = {address: '127.0.0.1', port: silent.address().port}
  await t.throwsAsync(exchange({bytes: queryBytes(wanted), to, protocol: 'udp', timeout: 30}), {
    message: /i\/o timeout/,
  })
})
