import test from 'ava'
import fc from 'fast-check'
import {type MatrixTable, parseMatrix, printMatrix} from '../../../src/exercise/reach/matrix-table.ts'

const text = `from           service/kubia:80  node/master
pod/client     yes               no
pod/app=kubia  -                 yes
`

test('a table is read and printed as it stands', t => {
  const table = parseMatrix(text)
  t.deepEqual(table, {
    to: ['service/kubia:80', 'node/master'],
    rows: [
      {from: 'pod/client', cells: ['yes', 'no']},
      {from: 'pod/app=kubia', cells: ['-', 'yes']},
    ],
  })
  t.is(printMatrix(table), text)
})

test('a table is read back as it was', t => {
  const name = fc.string({unit: fc.constantFrom(...'ab/=:1.-'), minLength: 1})
  const table: fc.Arbitrary<MatrixTable> = fc.integer({min: 1, max: 5}).chain(columns =>
    fc.record({
      to: fc.array(name, {minLength: columns, maxLength: columns}),
      rows: fc.array(
        fc.record({
          from: name,
          cells: fc.array(fc.constantFrom('yes', 'no', '-'), {minLength: columns, maxLength: columns}),
        }),
        {minLength: 1},
      ),
    }),
  )
  fc.assert(fc.property(table, some => t.deepEqual(parseMatrix(printMatrix(some)), some)))
})

test('a table that is none is refused with the row', t => {
  t.throws(() => parseMatrix('pod/a yes'), {message: /expected a first line with "from"/})
  t.throws(() => parseMatrix('from a b\npod/a yes'), {message: 'the row of pod/a has 1 cells for 2 goals'})
  t.throws(() => parseMatrix('from a\npod/a maybe'), {message: '"maybe" in the row of pod/a; expected yes, no or -'})
})
