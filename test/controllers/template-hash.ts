import test from 'ava'
import {fnv1a, hashWord, safeEncode} from '../../src/controllers/template-hash.ts'

test('FNV-1a gives what its authors say', t => {
  t.is(fnv1a(Buffer.from('')), 0x811c9dc5)
  t.is(fnv1a(Buffer.from('a')), 0xe40c292c)
  t.is(fnv1a(Buffer.from('foobar')), 0xbf9cf968)
})

test('digits are written in ten letters that spell nothing', t => {
  t.is(safeEncode('0123456789'), '456789bcdf')
  t.is(safeEncode('2269902394'), '66bff467f8')
})

test('a template keeps its hash however its keys are ordered, and a collision gives another', t => {
  t.is(hashWord({a: 1, b: {c: [2, {d: 3, e: undefined}]}}), hashWord({b: {c: [2, {d: 3}]}, a: 1}))
  t.not(hashWord({a: 1}), hashWord({a: 2}))
  t.not(hashWord({a: 1}), hashWord({a: 1}, 1))
})
