import test from 'ava'
import fc from 'fast-check'
import {
  difference,
  intersection,
  parseFields,
  printFields,
  union,
} from '../../../../src/objects/patch/apply/field-set.ts'
import type {JsonRecord} from '../../../../src/objects/patch/json.ts'
import {same} from './_apply.ts'

const step = fc.constantFrom(
  'f:a',
  'f:b',
  'f:spec',
  'k:{"name":"a"}',
  'k:{"containerPort":80,"protocol":"TCP"}',
  'v:"x"',
  'v:10',
  'v:9',
  'i:0',
)
const steps = fc.oneof({weight: 6, arbitrary: step}, {weight: 1, arbitrary: fc.constant('.')})
const leaf: fc.Arbitrary<JsonRecord> = fc.dictionary(steps, fc.constant({}), {maxKeys: 3, noNullPrototype: true})
const branch = fc.dictionary(steps, leaf, {maxKeys: 3, noNullPrototype: true})
const fields: fc.Arbitrary<JsonRecord> = fc.dictionary(steps, branch, {maxKeys: 4, noNullPrototype: true})
const set = fields.map(made => parseFields(made)).filter(made => made.size > 0)

test('fields that are printed and read again are the same', t => {
  fc.assert(fc.property(set, a => t.true(same(parseFields(printFields(a)), a))))
  t.deepEqual(Object.keys(printFields(parseFields({'v:10': {}, 'i:0': {}, 'v:9': {}, 'f:z': {}, 'f:a': {}}))), [
    'f:a',
    'f:z',
    'v:9',
    'v:10',
    'i:0',
  ])
})

test('fields obey the laws of sets', t => {
  fc.assert(
    fc.property(set, set, set, (a, b, c) => {
      t.true(same(union(a, b), union(b, a)))
      t.true(same(union(a, union(b, c)), union(union(a, b), c)))
      t.true(same(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c))))
      t.true(same(union(difference(a, b), intersection(a, b)), a))
      t.is(difference(a, a).size, 0)
      t.is(intersection(difference(a, b), b).size, 0)
    }),
  )
})
