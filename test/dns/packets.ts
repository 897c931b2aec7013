import test, {type ExecutionContext} from 'ava'
import {decode} from 'dns-packet'
import fc from 'fast-check'
import type {DnsServer} from '../../src/dns/server.ts'
import {rcodes} from '../../src/dns/wire/codes.ts'
import {readMessage} from '../../src/dns/wire/read-message.ts'
import {writeMessage} from '../../src/dns/wire/write-message.ts'
import {queryBytes, tcpClient, testServer, udpClient, type Wanted} from './_ask.ts'
import {ownCorefile} from './_corefiles.ts'
import {readTable} from './_table.ts'

/** How many packets each of the two laws below is tried with. */
const numRuns = 60_000

const edns = fc.record({
  size: fc.constantFrom(0, 511, 512, 1232, 4096, 65_535),
  version: fc.constantFrom(0, 0, 0, 1, 255),
  dnssec: fc.boolean(),
  options: fc.array(
    fc.record({code: fc.nat(20), bytes: fc.uint8Array({maxLength: 12}).map(bytes => Buffer.from(bytes))}),
    {
      maxLength: 3,
    },
  ),
})

const rows = readTable('usual')

const good = fc
  .record({
    row: fc.constantFrom(...rows),
    edns: fc.option(edns, {nil: undefined}),
    kind: fc.constantFrom(1, 1, 1, 3, 255),
  })
  .map(({row, edns, kind}) => queryBytes({...row, class: kind, ...(edns && {edns})} as Wanted))

/* Bytes are changed, put in, taken out or cut off at the end. */
const change = fc.oneof(
  fc.tuple(fc.nat(80), fc.nat(255)).map(([at, byte]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    if (at < changed.length) changed[at] = byte
    return changed
  }),
  fc.tuple(fc.nat(80), fc.uint8Array({minLength: 1, maxLength: 70})).map(
    ([at, more]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]),
  ),
  fc.tuple(fc.nat(80), fc.nat(20)).map(
    ([at, count]) =>
      (bytes: Buffer) =>
        Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + count)]),
  ),
  fc.nat(80).map(at => (bytes: Buffer) => bytes.subarray(0, at)),
  fc.tuple(fc.nat(80), fc.nat(80)).map(([at, to]) => (bytes: Buffer) => {
    const changed = Buffer.from(bytes)
    if (at + 1 < changed.length) changed.writeUInt16BE(0xc000 | to, at)
    return changed
  }),
)

const mutated = fc
  .tuple(good, fc.array(change, {minLength: 1, maxLength: 4}))
  .map(([bytes, changes]) => changes.reduce((now, change) => change(now), bytes))

const header = fc.uint8Array({minLength: 12, maxLength: 12}).map(bytes => {
  const query = Buffer.from(bytes)
  query[2] = (query[2] ?? 0) & 0x7f
  query.writeUInt16BE(1, 4)
  query.writeUInt16BE(0, 6)
  query.writeUInt16BE(0, 8)
  query.writeUInt16BE((query[11] ?? 0) % 3, 10)
  return query
})

const random = fc.oneof(
  fc.uint8Array({maxLength: 600}).map(bytes => Buffer.from(bytes)),
  fc.tuple(header, fc.uint8Array({maxLength: 300})).map(parts => Buffer.concat(parts)),
)

/** Says what is wrong with the answers over UDP and TCP, if anything. */
async function verdict(server: DnsServer, query: Buffer): Promise<string | undefined> {
  const [byUdp, byTcp] = [udpClient, tcpClient].map(client => server.answer(query, client, 53))
  return mistakeIn(await byUdp, query, largestFor(query)) ?? mistakeIn(await byTcp, query, 65_535)
}

function mistakeIn(answer: Buffer | undefined, query: Buffer, limit: number): string | undefined {
  const isQuery = query.length >= 12 && ((query[2] ?? 0) & 0x80) === 0
  if (!answer) return isQuery ? 'a query got no answer' : undefined
  if (answer.length > limit) return `${answer.length} bytes where ${limit} are taken`
  if (answer.readUInt16BE(0) !== query.readUInt16BE(0)) return 'the answer has another number'
  decode(answer)
  const {response, rcode} = readMessage(answer)
  if (!response) return 'the answer is a query'
  const refuses = rcode === rcodes.FORMERR || rcode === rcodes.NOTIMP
  return refuses && answer.length > query.length + 255 ? 'a refusal is much longer than the query' : undefined
}

function largestFor(query: Buffer): number {
  try {
    return Math.min(65_507, Math.max(512, readMessage(query).edns?.size ?? 512))
  } catch {
    return 512
  }
}

async function holds(t: ExecutionContext, packets: fc.Arbitrary<Buffer>): Promise<void> {
  const lines: string[] = []
  const server = testServer({corefile: ownCorefile('usual'), log: line => lines.push(line)})
  t.teardown(server.close)
  await fc.assert(
    fc.asyncProperty(packets, async query => (await verdict(server, query)) === undefined),
    {numRuns},
  )
  t.deepEqual(
    lines.filter(line => line.includes('panic')),
    [],
  )
}

test('whatever bytes come, there is a short answer that can be read or none', async t => holds(t, random))

test('a query that was changed on its way gets an answer that fits and can be read', async t => holds(t, mutated))

test('an answer that is too long would be found out', async t => {
  const server = testServer({corefile: ownCorefile('usual')})
  t.teardown(server.close)
  const long = {...server, answer: (query: Buffer) => Buffer.concat([query.subarray(0, 2), Buffer.alloc(600)])}
  t.is(await verdict(long, queryBytes({name: 'a.', type: 'A'})), '602 bytes where 512 are taken')
})

test('what is written is read as it was, and by dns-packet too', t => {
  for (const row of rows) {
    const bytes = queryBytes({...row, edns: {size: 1232, version: 0, dnssec: true, options: []}})
    t.deepEqual(writeMessage(readMessage(bytes)), bytes)
    t.is(decode(bytes).questions?.[0]?.name, row.name === '.' ? '.' : row.name.slice(0, -1))
  }
})

const malformed = test.macro({
  exec: async (t, hex: string, expected: string) => {
    const server = testServer({corefile: ownCorefile('usual')})
    t.teardown(server.close)
    const answer = await server.answer(Buffer.from(hex.replace(/\s/g, ''), 'hex'), udpClient, 53)
    t.is(answer?.toString('hex') ?? 'nothing', expected.replace(/\s/g, ''))
  },
  title: (title = '') => `a packet that ${title}`,
})

const plain = '1267 0100 0001 0000 0000 0000'
const refused = '1267 8101 0000 0000 0000 0000'
test('is empty gets nothing', malformed, '', 'nothing')
test('is shorter than a header gets nothing', malformed, '1267 0100 0001', 'nothing')
test('is an answer gets nothing', malformed, '1267 8100 0001 0000 0000 0000 00 0001 0001', 'nothing')
test('has no question is malformed', malformed, '1267 0100 0000 0000 0000 0000', refused)
test('promises a question that is not there is malformed', malformed, plain, refused)
test('has two questions is malformed', malformed, '1267 0100 0002 0000 0000 0000 00 0001 0001 00 0001 0001', refused)
test('has a label of 64 bytes is malformed', malformed, `${plain} 40 ${'61'.repeat(64)} 00 0001 0001`, refused)
test(
  'has a name of 257 bytes is malformed',
  malformed,
  `${plain} ${`3f${'61'.repeat(63)}`.repeat(4)} 00 0001 0001`,
  refused,
)
test('has a name that points at itself is malformed', malformed, `${plain} c00c 0001 0001`, refused)
test('has names that point at each other is malformed', malformed, `${plain} c00e c00c 0001 0001`, refused)
test('has a name without an end is malformed', malformed, `${plain} 03 6161`, refused)
test('has a question without a class is malformed', malformed, `${plain} 01 61 00 0001`, refused)
test(
  'is an update is not understood',
  malformed,
  '1267 2800 0001 0000 0000 0000 00 0006 0001',
  '1267 a804 0000 0000 0000 0000',
)
test(
  'has an option that is cut off is malformed, and told which question it asked',
  malformed,
  '1267 0100 0001 0000 0000 0001 00 0001 0001 00 0029 1000 00000000 0004 000a 0008',
  '1267 8101 0001 0000 0000 0000 00 0001 0001',
)
test(
  'speaks a version of EDNS that is not known yet is told so',
  malformed,
  '1267 0100 0001 0000 0000 0001 00 0001 0001 00 0029 1000 00010000 0000',
  '1267 8100 0001 0000 0000 0001 00 0001 0001 00 0029 0000 01000000 0000',
)
test(
  'asks in another class is refused',
  malformed,
  '1267 0100 0001 0000 0000 0000 00 0001 0003',
  '1267 8105 0001 0000 0000 0000 00 0001 0003',
)
