import test from 'ava'
import fc from 'fast-check'
import {blockTypes, type PacketBlock, printBlock} from '../../src/net/packet-file.ts'
import {PacketFileError, packetReader} from '../../src/net/packet-file-reader.ts'

const time = fc.bigInt({min: 0n, max: (1n << 64n) - 1n})
const number = fc.nat(0xffff_ffff)
const text = fc.string({maxLength: 40, unit: 'grapheme'})
const count = fc.bigInt({min: 0n, max: (1n << 64n) - 1n})
const anyBlock: fc.Arbitrary<PacketBlock> = fc.oneof(
  fc.record({block: fc.constant('section' as const), application: text}),
  fc.record({
    block: fc.constant('interface' as const),
    name: text,
    linkType: fc.constantFrom('ethernet' as const, 'ip' as const),
  }),
  fc.record(
    {
      block: fc.constant('packet' as const),
      interface: number,
      at: time,
      direction: fc.constantFrom('in' as const, 'out' as const),
      length: number,
      bytes: fc.uint8Array({maxLength: 70}).map(bytes => Buffer.from(bytes)),
    },
    {requiredKeys: ['block', 'interface', 'at', 'length', 'bytes']},
  ),
  fc.record({block: fc.constant('statistics' as const), interface: number, at: time, received: count, dropped: count}),
)

test('what is printed is read back, in pieces of any size', t => {
  fc.assert(
    fc.property(fc.array(anyBlock, {maxLength: 8}), fc.integer({min: 1, max: 50}), (blocks, size) => {
      const bytes = Buffer.concat(blocks.map(printBlock))
      const reader = packetReader()
      const read: PacketBlock[] = []
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.read(bytes.subarray(at, at + size)))
      reader.end()
      t.deepEqual(read, blocks)
    }),
  )
})

test('garbage is refused with PacketFileError, or waited for, and nothing else', t => {
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 200}), garbage => {
      try {
        const reader = packetReader()
        reader.read(garbage)
        reader.end()
      } catch (error) {
        t.true(error instanceof PacketFileError, String(error))
      }
    }),
  )
})

test('a changed byte gives other blocks or PacketFileError', t => {
  const file = Buffer.concat([
    printBlock({block: 'section', application: 'podlab'}),
    printBlock({block: 'interface', name: 'eth0', linkType: 'ethernet'}),
    printBlock({block: 'packet', interface: 0, at: 1n, length: 3, bytes: Buffer.from('abc')}),
  ])
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(file)
      changed[at] = byte
      try {
        packetReader().read(changed)
      } catch (error) {
        t.true(error instanceof PacketFileError, String(error))
      }
    }),
  )
})

const refused = test.macro({
  exec: (t, bytes: Uint8Array, message: string) => {
    const reader = packetReader()
    const act = () => {
      reader.read(bytes)
      reader.end()
    }
    t.is(t.throws(act, {instanceOf: PacketFileError})?.message, message)
  },
  title: (title = '') => `refused: ${title}`,
})

const section = Buffer.from(printBlock({block: 'section', application: ''}))
const link = Buffer.from(printBlock({block: 'interface', name: 'eth0', linkType: 'ip'}))
const changed = (bytes: Buffer, at: number, value: number) => {
  const copy = Buffer.from(bytes)
  copy.writeUInt32LE(value, at)
  return copy
}

test('half a block', refused, section.subarray(0, 9), 'the capture ends in the middle of the block at byte 0')
test('a length of 0', refused, changed(section, 4, 0), 'the block at byte 0 says that it is 0 bytes long')
test(
  'a length of a gigabyte',
  refused,
  changed(section, 4, 1 << 30),
  'the block at byte 0 says that it is 1073741824 bytes long',
)
test(
  'two lengths',
  refused,
  Buffer.concat([section, changed(link, link.length - 4, 8)]),
  `the block at byte ${section.length} has two different lengths`,
)
test(
  'an unknown type',
  refused,
  changed(section, 0, 10),
  'the block at byte 0 is of type 10, which podlab does not write',
)
test(
  'the other byte order',
  refused,
  changed(section, 8, 0x4d3c2b1a),
  'the block at byte 0 cannot be read: it is no section of pcapng 1, least significant byte first',
)
test(
  'an unknown link type',
  refused,
  changed(link, 8, 105),
  'the block at byte 0 cannot be read: podlab has no link type 105',
)
test(
  'a packet that is longer than its block',
  refused,
  changed(
    Buffer.from(printBlock({block: 'packet', interface: 0, at: 0n, length: 3, bytes: Buffer.from('abc')})),
    20,
    100,
  ),
  'the block at byte 0 cannot be read: it is too short',
)
test(
  'microseconds',
  refused,
  Buffer.from(link).map((byte, at) => (byte === 9 && at > 16 ? 6 : byte)),
  'the block at byte 0 cannot be read: its times are not in nanoseconds',
)
test('a block is framed as pcapng wants it', t => {
  t.is(section.readUInt32LE(0), blockTypes.section)
  t.is(section.toString('hex', 0, 12), '0a0d0d0a240000004d3c2b1a')
})
