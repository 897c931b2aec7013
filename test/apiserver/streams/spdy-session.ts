import {type Duplex, duplexPair} from 'node:stream'
import test from 'ava'
import fc from 'fast-check'
import {type SpdyStream, serveSpdy} from '../../../src/apiserver/streams/spdy/session.ts'
import {spdyClient} from './_spdy-client.ts'

function sessionFor(opened: (stream: SpdyStream) => void) {
  const [ours, theirs] = duplexPair()
  const session = serveSpdy(theirs, {opened})
  return {session, client: spdyClient(ours), transport: ours, server: theirs}
}

const echo = (stream: SpdyStream) => void stream.pipe(stream)

test('a stream is accepted, carries bytes both ways, and ends when both have ended it', async t => {
  const {client} = sessionFor(echo)
  client.open(1, {streamType: 'data'})
  client.send({type: 'data', stream: 1, fin: false, bytes: Buffer.from('hello')})
  client.send({type: 'data', stream: 1, fin: true, bytes: Buffer.from(' there')})
  await client.until(() => client.frames.some(frame => frame.type === 'data' && frame.fin))
  t.is(client.said(1), 'hello there')
  t.is(client.frames[0]?.type, 'reply')
  t.false(client.frames.some(({type}) => type === 'reset'))
})

test('a stream that ends with its first frame has no bytes', async t => {
  const ended = Promise.withResolvers<number>()
  const {client} = sessionFor(stream => void stream.toArray().then(all => ended.resolve(all.length)))
  client.open(1, {}, true)
  t.is(await ended.promise, 0)
})

test('a ping of the client is answered, one of the server is not', async t => {
  const {client} = sessionFor(echo)
  client.send({type: 'ping', id: 2}, {type: 'ping', id: 7})
  await client.until(() => client.frames.length > 0)
  t.deepEqual(client.frames, [{type: 'ping', id: 7}])
})

test('frames that nobody acts on are passed over', async t => {
  const {client} = sessionFor(echo)
  client.send(
    {type: 'other', kind: 4, bytes: Buffer.alloc(12)},
    {type: 'other', kind: 9, bytes: Buffer.alloc(8)},
    {type: 'ping', id: 1},
  )
  await client.until(() => client.frames.length > 0)
  t.deepEqual(client.frames, [{type: 'ping', id: 1}])
})

test('bytes for a stream that was never opened are refused', async t => {
  const {client} = sessionFor(echo)
  client.send({type: 'data', stream: 9, fin: false, bytes: Buffer.from('x')})
  await client.until(() => client.frames.length > 0)
  t.deepEqual(client.frames, [{type: 'reset', stream: 9, status: 2}])
})

test('a stream that the client resets is destroyed, the others go on', async t => {
  const streams: SpdyStream[] = []
  const {client} = sessionFor(stream => {
    streams.push(stream)
    echo(stream)
  })
  client.open(1, {})
  client.open(3, {})
  client.send({type: 'reset', stream: 1, status: 5}, {type: 'data', stream: 3, fin: false, bytes: Buffer.from('on')})
  await client.until(() => client.said(3) === 'on')
  t.deepEqual(
    streams.map(({destroyed}) => destroyed),
    [true, false],
  )
})

test('a stream destroyed here is reset there', async t => {
  const {client} = sessionFor(stream => stream.destroy())
  client.open(1, {})
  await client.until(() => client.frames.length > 1)
  t.deepEqual(client.frames[1], {type: 'reset', stream: 1, status: 5})
})

test('after its own goaway the client is refused new streams', async t => {
  const {client} = sessionFor(echo)
  client.send({type: 'goaway', last: 0, status: 0})
  client.open(1, {})
  await client.until(() => client.frames.length > 0)
  t.deepEqual(client.frames, [{type: 'reset', stream: 1, status: 3}])
})

test('more than a thousand streams at once are refused', async t => {
  const {client} = sessionFor(stream => void stream.resume())
  for (let index = 0; index <= 1000; index++) client.open(2 * index + 1, {})
  await client.until(() => client.frames.length > 1000)
  t.deepEqual(client.frames.at(-1), {type: 'reset', stream: 2001, status: 3})
})

const broken = test.macro({
  exec: async (t, _title: string, act: (client: ReturnType<typeof spdyClient>, transport: Duplex) => void) => {
    const streams: SpdyStream[] = []
    const {client, session, transport} = sessionFor(stream => {
      streams.push(stream)
      echo(stream)
    })
    client.open(3, {})
    act(client, transport)
    await session.over
    t.true(streams.every(({destroyed}) => destroyed))
  },
  title: (_, title) => `a connection ends, and its streams with it, when the client ${title}`,
})

test(broken, 'opens a stream with an even number', client => client.open(4, {}))
test(broken, 'opens a stream twice', client => client.open(3, {}))
test(broken, 'goes back with the numbers of its streams', client => client.open(1, {}))
test(broken, 'speaks HTTP', (_client, transport) => void transport.write('\x80GET / HTTP/1.1\r\n\r\n'))
test(broken, 'sends headers that cannot be read', client =>
  client.send({type: 'open', stream: 5, fin: false, block: Buffer.from('garbage')}),
)
test(broken, 'sends headers without any bytes', client =>
  client.send({type: 'open', stream: 5, fin: false, block: Buffer.alloc(0)}),
)
test(broken, 'vanishes', (_client, transport) => void transport.destroy())
test(
  broken,
  'ends its side in the midst of a frame',
  (_client, transport) => void transport.end(Buffer.from('8003', 'hex')),
)

test('a client that writes faster than a stream is read is held back', async t => {
  let stream: SpdyStream | undefined
  const {client, transport} = sessionFor(opened => (stream = opened))
  client.open(1, {})
  await client.until(() => stream !== undefined)
  const piece = Buffer.alloc(60_000)
  let sent = 0
  while (transport.writableLength < 1_000_000 && sent < 1000) {
    client.send({type: 'data', stream: 1, fin: false, bytes: piece})
    sent++
    await new Promise(setImmediate)
  }
  t.true(sent < 1000)
  t.true((stream?.readableLength ?? Infinity) < 300_000)
  stream?.resume()
  await new Promise<void>(resolve => transport.once('drain', resolve))
  t.true(transport.writableLength < 1_000_000)
})

test('whatever bytes come, the session ends or waits for more, and the process lives', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({maxLength: 40}), {maxLength: 6}), async chunks => {
      const {session, transport} = sessionFor(echo)
      transport.on('error', () => undefined)
      for (const chunk of chunks) transport.write(chunk)
      transport.end()
      await session.over
    }),
    {numRuns: 200},
  )
  t.pass()
})
