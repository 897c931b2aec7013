import test from 'ava'
import fc from 'fast-check'
import {stampLines} from '../../../src/node/runtime/stamp-lines.ts'

const birth = Date.parse('2026-01-01T00:00:00Z')

test('every line gets the time by which its first byte had been printed', t => {
  const bytes = Buffer.from('one\ntwo\nthree\n')
  const marks = [
    {at: birth, bytes: 4},
    {at: birth + 1500, bytes: 8},
  ]
  t.is(
    stampLines({bytes, at: 0, marks, now: birth + 9000, newLine: true}).toString(),
    '2026-01-01T00:00:00.000000000Z one\n2026-01-01T00:00:01.500000000Z two\n2026-01-01T00:00:09.000000000Z three\n',
  )
})

test('what goes on with a line has no time of its own', t => {
  const stamped = stampLines({bytes: Buffer.from('ree\nfour'), at: 10, marks: [], now: birth, newLine: false})
  t.is(stamped.toString(), 'ree\n2026-01-01T00:00:00.000000000Z four')
})

test('without its times a log is what it was', t => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,9}$/)), fc.nat(5), (lines, at) => {
      const text = lines.map(line => `${line}\n`).join('')
      const stamped = stampLines({
        bytes: Buffer.from(text),
        at,
        marks: [{at: birth, bytes: 7}],
        now: birth,
        newLine: true,
      })
      t.is(stamped.toString().replace(/^\S+Z /gm, ''), text)
    }),
  )
})
