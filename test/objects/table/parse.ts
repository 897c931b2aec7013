import test from 'ava'
import fc from 'fast-check'
import {parseTable, printTable} from '../../../src/objects/table.ts'

test('reading a table is the inverse of printing it', t => {
  const word = fc.stringMatching(/^[A-Za-z0-9<>/.:-]{1,12}$/)
  const cell = fc.oneof(
    word,
    fc.tuple(word, word).map(words => words.join(' ')),
    fc.constant(''),
  )
  const table = fc.integer({min: 1, max: 5}).chain(width =>
    fc.record({
      headings: fc.array(word, {minLength: width, maxLength: width}),
      rows: fc.array(fc.array(cell, {minLength: width, maxLength: width})),
    }),
  )
  fc.assert(fc.property(table, value => t.deepEqual(parseTable(printTable(value)), value)))
})
