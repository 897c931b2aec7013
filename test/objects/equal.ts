import {isDeepStrictEqual} from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import {equal} from '../../src/objects/equal.ts'

test('equal agrees with Node on JSON', t => {
  const small = fc.jsonValue({maxDepth: 2, stringUnit: fc.constantFrom('a', 'b')})
  fc.assert(fc.property(small, small, (a, b) => t.is(equal(a, b), isDeepStrictEqual(plain(a), plain(b)))))
  fc.assert(fc.property(fc.jsonValue(), a => t.true(equal(a, structuredClone(a)))))
})

test('the order of keys does not matter, and an undefined field is none', t => {
  t.true(equal({a: 1, b: [{c: undefined}]}, {b: [{}], a: 1}))
  t.false(equal({a: undefined, b: 1}, {a: 1, b: 1}))
  t.false(equal([], {}))
  t.false(equal([1], [1, 2]))
  t.false(equal(null, {}))
})

/** Without the difference between 0 and -0, which JSON cannot carry. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
