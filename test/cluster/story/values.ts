import test from 'ava'
import {differences, few, leavesOf, shown} from '../../../src/cluster/story/values.ts'

test('leaves stand at their paths; lists of plain values are one', t => {
  t.deepEqual(leavesOf({a: {b: 1}, c: [{d: 'x'}, {e: null}], f: ['p', 'q'], g: {}, h: undefined, i: []}), [
    ['a.b', 1],
    ['c[0].d', 'x'],
    ['c[1].e', null],
    ['f', ['p', 'q']],
    ['g', {}],
    ['i', []],
  ])
  t.deepEqual(leavesOf(undefined), [])
  t.deepEqual(leavesOf({}), [])
})

test('differences say what is new, what is another, and what is gone', t => {
  t.deepEqual(differences({a: 1, b: {c: 2}, d: ['x']}, {a: 1, b: {c: 3}, d: ['x'], e: true}), ['b.c: 2 → 3', 'e: true'])
  t.deepEqual(differences({a: 1, b: 2}, {b: 2}), ['a is gone'])
  t.deepEqual(differences(undefined, {b: 2}), ['b: 2'])
  t.deepEqual(differences({b: {a: 1, c: 2}}, {b: {c: 2, a: 1}}), [])
})

test('of many the first are named; one more takes no more room than its number', t => {
  t.is(few(['a', 'b', 'c', 'd'], 2), 'a, b, and 2 more')
  t.is(few(['a', 'b', 'c'], 2), 'a, b, c')
  t.is(few([], 2), '')
})

test('a long value is cut', t => {
  t.is(shown('x'.repeat(61)), `${'x'.repeat(60)}...`)
  t.is(shown(['IPv4']), '["IPv4"]')
})
