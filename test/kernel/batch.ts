import test from 'ava'
import {batches, batchLines} from '../../src/kernel/batch.ts'
import type {Op} from '../../src/kernel/op.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {bridge} from '../contract/kernel/links.ts'

const up = (name: string): Op => ({op: 'setLink', name, set: {up: true}})
const del = (name: string): Op => ({op: 'deleteLink', name})
const add = (name: string): Op => ({op: 'addLink', link: bridge(name)})
const fdb: Op = {
  op: 'replaceFdb',
  entry: {link: 'a', mac: parseMac('02:42:00:00:00:01'), remote: parseIp('10.0.20.11')},
}

const split = test.macro({
  exec: (t, ops: readonly Op[], ...expected: (readonly string[])[]) =>
    t.deepEqual(
      batches(ops).map(({tool, ops}) => [tool, ...ops.map(({line}) => line.line)]),
      expected.map(batch => [...batch]),
    ),
  title: (title = '') => title,
})

test('no ops are no batch', split, [])
test(
  'consecutive ops of one tool are one batch, and order is kept',
  split,
  [up('a'), up('b'), fdb, up('c')],
  ['ip', 'link set dev a up', 'link set dev b up'],
  ['bridge', 'fdb replace 02:42:00:00:00:01 dev a dst 10.0.20.11'],
  ['ip', 'link set dev c up'],
)
test(
  'links that come after others went are a batch of their own',
  split,
  [del('a'), del('b'), up('c'), add('a'), add('b')],
  ['ip', 'link del dev a', 'link del dev b', 'link set dev c up'],
  ['ip', 'link add name a mtu 1500 up type bridge', 'link add name b mtu 1500 up type bridge'],
)

test('links that go together go as a group, and each line knows its op', t => {
  const [batch] = batches([up('x'), del('a'), del('b'), up('y'), del('c')])
  t.deepEqual(
    batchLines(batch?.ops ?? []).map(({text, index}) => `${index} ${text}`),
    [
      '0 link set dev x up',
      '1 link set dev a group 7368548',
      '2 link set dev b group 7368548',
      '2 link del group 7368548',
      '3 link set dev y up',
      '4 link del dev c',
    ],
  )
})
