import {constants, createDeflate} from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import {headerDictionary} from '../../../src/apiserver/streams/spdy/dictionary.ts'
import {type Frame, frameReader, printFrame, SpdyError} from '../../../src/apiserver/streams/spdy/frames.ts'
import {
  type Headers,
  headerReader,
  headerWriter,
  parseHeaders,
  printHeaders,
} from '../../../src/apiserver/streams/spdy/headers.ts'

test('the dictionary is that of SPDY/3, of 1423 bytes and with its checksum', t => {
  const dictionary = headerDictionary()
  let [low, high] = [1, 0]
  for (const byte of dictionary) {
    low = (low + byte) % 65521
    high = (high + low) % 65521
  }
  t.is(dictionary.length, 1423)
  t.is((high * 65536 + low).toString(16), 'e3c6a7c2')
})

const written = test.macro<[Frame, string]>({
  exec: (t, frame: Frame, hex: string) => {
    t.is(Buffer.concat(printFrame(frame)).toString('hex'), hex.replaceAll(' ', ''))
    t.deepEqual(frameReader()(Buffer.from(hex.replaceAll(' ', ''), 'hex')), [frame])
  },
  title: (_, frame, hex) => `a frame of type ${frame.type} is ${hex} on the wire`,
})

const bytes = Buffer.from('hi')
test(written, {type: 'data', stream: 5, fin: false, bytes}, '00000005 00000002 6869')
test(written, {type: 'data', stream: 5, fin: true, bytes: Buffer.alloc(0)}, '00000005 01000000')
test(written, {type: 'open', stream: 1, fin: false, block: bytes}, '80030001 0000000c 00000001 00000000 0000 6869')
test(written, {type: 'reply', stream: 1, fin: false, block: bytes}, '80030002 00000006 00000001 6869')
test(written, {type: 'reset', stream: 7, status: 5}, '80030003 00000008 00000007 00000005')
test(written, {type: 'ping', id: 1}, '80030006 00000004 00000001')
test(written, {type: 'goaway', last: 9, status: 0}, '80030007 00000008 00000009 00000000')
test(written, {type: 'other', kind: 9, bytes: Buffer.alloc(8)}, '80030009 00000008 00000000 00000000')

const id = fc.integer({min: 0, max: 0x7fffffff})
const payload = fc.uint8Array({maxLength: 300}).map(array => Buffer.from(array))
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({type: fc.constant('data' as const), stream: id, fin: fc.boolean(), bytes: payload}),
  fc.record({
    type: fc.constantFrom('open' as const, 'reply' as const, 'headers' as const),
    stream: id,
    fin: fc.boolean(),
    block: payload,
  }),
  fc.record({type: fc.constant('reset' as const), stream: id, status: fc.nat()}),
  fc.record({type: fc.constant('ping' as const), id: fc.nat()}),
  fc.record({type: fc.constant('goaway' as const), last: id, status: fc.nat()}),
  fc.record({type: fc.constant('other' as const), kind: fc.constantFrom(4, 9, 200), bytes: payload}),
)

test('however a stream of bytes is cut, the same frames come out of it', t => {
  fc.assert(
    fc.property(fc.array(anyFrame, {maxLength: 12}), fc.array(fc.nat(400)), (frames, cuts) => {
      const all = Buffer.concat(frames.flatMap(printFrame))
      const read = frameReader()
      const out: Frame[] = []
      let at = 0
      for (const cut of cuts) {
        out.push(...read(all.subarray(at, at + cut)))
        at += cut
      }
      out.push(...read(all.subarray(at)))
      t.deepEqual(out, frames)
    }),
  )
})

test('random bytes are frames or a SpdyError, never anything else', t => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({maxLength: 64})), chunks => {
      const read = frameReader()
      try {
        for (const chunk of chunks) read(Buffer.from(chunk))
      } catch (error) {
        t.true(error instanceof SpdyError, String(error))
      }
    }),
  )
  t.pass()
})

test('a frame of 5 MB that comes in pieces of 1 KB is put together', t => {
  const read = frameReader()
  const all = Buffer.concat(printFrame({type: 'data', stream: 1, fin: false, bytes: Buffer.alloc(5_000_000, 'x')}))
  let count = 0
  for (let at = 0; at < all.length; at += 1024) count += read(all.subarray(at, at + 1024)).length
  t.is(count, 1)
})

const refused = test.macro({
  exec: (t, hex: string, message: string) => {
    t.throws(() => frameReader()(Buffer.from(hex.replaceAll(' ', ''), 'hex')), {instanceOf: SpdyError, message})
  },
  title: (_, hex, message) => `${hex} is refused: ${message}`,
})

test(refused, '80020001 00000000', 'SPDY version 2 is not spoken here, but 3')
test(refused, '80040006 00000004 00000001', 'SPDY version 4 is not spoken here, but 3')
test(refused, '80030001 00ffffff', 'a control frame of 16777215 bytes is too long')
test(refused, '80030001 00000004 00000001', 'a control frame is too short')
test(refused, '80030002 00000002 0001', 'a control frame is too short')
test(refused, '80030003 00000004 00000001', 'a control frame is too short')
test(refused, '80030006 00000000', 'a control frame is too short')
test(refused, '80030007 00000003 000000', 'a control frame is too short')
test(refused, '80030008 00000000', 'a control frame is too short')
test(
  refused,
  `${Buffer.from('GET / HTTP/1.1\r\n').toString('hex').replace(/^47/, 'c7')}`,
  'SPDY version 18245 is not spoken here, but 3',
)

const anyHeaders: fc.Arbitrary<Headers> = fc
  .uniqueArray(
    fc.tuple(
      fc.stringMatching(/^[a-z-]{1,12}$/),
      fc.array(fc.stringMatching(/^[ -~]{0,20}$/), {minLength: 1, maxLength: 3}),
    ),
    {
      selector: ([name]) => name,
      maxLength: 8,
    },
  )
  .map(pairs => new Map(pairs))

test('headers are read as they were printed', t => {
  fc.assert(fc.property(anyHeaders, headers => t.deepEqual(parseHeaders(printHeaders(headers)), headers)))
})

test('one block after another goes through compression and back', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyHeaders, {maxLength: 8}), async all => {
      const write = headerWriter()
      const reader = headerReader()
      for (const headers of all) t.deepEqual(await reader.read(write(headers)), headers)
      reader.close()
    }),
    {numRuns: 30},
  )
})

test('blocks that a real compressor has made are read', async t => {
  const deflate = createDeflate({dictionary: headerDictionary()})
  const pieces: Buffer[] = []
  deflate.on('data', piece => pieces.push(piece))
  const reader = headerReader()
  for (let index = 0; index < 200; index++) {
    const headers: Headers = new Map([
      ['streamtype', ['data']],
      ['requestid', [`${index}`]],
    ])
    pieces.length = 0
    deflate.write(printHeaders(headers))
    await new Promise<void>(resolve => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()))
    t.deepEqual(await reader.read(Buffer.concat(pieces)), headers)
  }
  reader.close()
})

test('a header block that would fill the memory is refused', async t => {
  const deflate = createDeflate({dictionary: headerDictionary()})
  const pieces: Buffer[] = []
  deflate.on('data', piece => pieces.push(piece))
  deflate.write(Buffer.alloc(50_000_000))
  await new Promise<void>(resolve => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()))
  const reader = headerReader()
  const error = await t.throwsAsync(reader.read(Buffer.concat(pieces)), {instanceOf: SpdyError})
  t.is(error?.message, 'a header block is longer than 65536 bytes')
})

test('a header block of random bytes is refused', async t => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({minLength: 8, maxLength: 64}), async random => {
      const reader = headerReader()
      try {
        await reader.read(Buffer.from(random))
      } catch (error) {
        t.true(error instanceof SpdyError, String(error))
      }
      reader.close()
    }),
    {numRuns: 200},
  )
  t.pass()
})
