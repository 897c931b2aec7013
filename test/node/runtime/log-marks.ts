import test from 'ava'
import {bytesBefore, type LogMark, withMark} from '../../../src/node/runtime/log-marks.ts'

const marksOf = (marks: readonly LogMark[]) => marks.reduce<readonly LogMark[]>(withMark, [])

test('what was printed since a time begins where the log ended at the last moment before it', t => {
  const marks = marksOf([
    {at: 1000, bytes: 10},
    {at: 2000, bytes: 25},
    {at: 3000, bytes: 30},
  ])
  t.deepEqual(
    [500, 1000, 1001, 2500, 9000].map(time => bytesBefore(marks, time)),
    [0, 0, 10, 25, 30],
  )
})

test('marks that come together are one, and the newest is always kept', t => {
  const marks = marksOf([0, 20, 40, 60, 80, 100, 120].map(at => ({at, bytes: at})))
  t.deepEqual(
    marks.map(({at}) => at),
    [0, 80, 120],
  )
})

test('a log of many hours has few marks, close together at its end', t => {
  const marks = marksOf(Array.from({length: 20_000}, (_, second) => ({at: second * 1000, bytes: second})))
  t.true(marks.length <= 1024)
  t.is(bytesBefore(marks, 19_995_000), 19_994)
  const found = bytesBefore(marks, 5_000_000)
  t.true(found < 5000 && found > 4000, `${found}`)
})
