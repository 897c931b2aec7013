import test from 'ava'
import {printIndex} from '../../../src/cluster/dump/dump.ts'
import {seenIn} from '../../../src/cluster/dump/network.ts'
import {cut, fileName} from '../../../src/cluster/dump/piece.ts'

test('a text that is too long keeps its end', t => {
  t.is(cut('abcdef', 6), 'abcdef')
  t.is(cut('abcdef', 2), '(the first 4 letters are left out)\nef')
})

test('a name becomes a file name that leads nowhere else', t => {
  t.is(fileName('default-web'), 'default-web')
  t.is(fileName('../../etc/passwd'), '__.._etc_passwd')
  t.is(fileName('..'), '_')
  t.is(fileName(''), '_')
  t.is(fileName('x'.repeat(300)).length, 100)
})

const looks = [
  ['route', 'routes', 'ip route'],
  ['neigh', 'neighbours', 'ip neigh'],
] as const

test('what a shell printed is divided among its looks', t => {
  t.deepEqual(seenIn('\u0001default via\n\u0001', looks), [
    {name: 'route', about: 'routes (ip route)', text: 'default via\n'},
    {name: 'neigh', about: 'neighbours (ip neigh)', text: ''},
  ])
})

test('a shell that was killed leaves the looks that it came to', t => {
  t.deepEqual(
    seenIn('\u0001half', looks).map(({name}) => name),
    ['route'],
  )
  t.deepEqual(seenIn('', looks), [])
})

test('the first page says what is where, and what is missing', t => {
  const text = printIndex({
    lab: 'kubia',
    version: '1.2.3',
    now: '2026-01-02T03:04:05Z',
    pieces: [
      {path: 'a.txt', about: 'one', text: ''},
      {path: 'folder/b.txt', about: 'two', text: ''},
    ],
    gaps: [{path: 'c.txt', why: 'no answer in time'}],
  })
  t.true(
    text.startsWith(`podlab 1.2.3: the lab kubia, 2026-01-02T03:04:05Z

a.txt         one
folder/b.txt  two

Could not be had:
c.txt  no answer in time

Left out on purpose: `),
  )
})
