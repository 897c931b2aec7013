import test from 'ava'
import {glimpse} from '../../src/exercise/command.ts'
import {peersOf} from '../../src/exercise/connections.ts'
import {checkDestination, parseDestination} from '../../src/exercise/destination.ts'
import {parseDuration} from '../../src/exercise/duration.ts'
import {parseFieldPath, valuesAt} from '../../src/exercise/field-path.ts'

test('a destination is a URL, a port or an address', t => {
  t.deepEqual(parseDestination('http://10.0.0.1/a?b=c') as object, {kind: 'http', url: 'http://10.0.0.1/a?b=c'})
  t.deepEqual(parseDestination('10.0.0.1:80') as object, {kind: 'tcp', host: '10.0.0.1', port: '80'})
  t.deepEqual(parseDestination('tcp://kubia:80') as object, {kind: 'tcp', host: 'kubia', port: '80'})
  t.deepEqual(parseDestination('ping://10.0.20.4') as object, {kind: 'ping', host: '10.0.20.4'})
  for (const text of ['', '10.0.0.1', '10.0.0.1:0', '10.0.0.1:70000', 'ftp://a', 'http://', 'ping://', 'ping://-c 1 a'])
    t.throws(() => parseDestination(text), {name: 'DestinationError'}, text)
})

test('a destination may name a pod, a node or a Service', t => {
  for (const text of [
    'http://{pod/web}:8080',
    '{pod/app=kubia}:8080',
    'ping://{node/node1}',
    'http://{service/kubia}/a',
  ])
    t.notThrows(() => checkDestination(text), text)
  t.throws(() => checkDestination('http://{web}:8080'), {message: /"http:\/\/\{web\}:8080" is no destination/})
})

test('a duration has a unit', t => {
  t.deepEqual(['500ms', '5s', '1.5s', '2m'].map(parseDuration), [500, 5000, 1500, 120_000])
  for (const text of ['5', '5 s', 's', '5h', '-1s', '11m'])
    t.throws(() => parseDuration(text), {name: 'DurationError'}, text)
})

test('a path leads to one field or to those of every item', t => {
  const value = {a: [{b: 1}, {b: 2}, {}], c: {'d.e/f': 3}, g: null}
  const at = (path: string) => valuesAt(value, parseFieldPath(path))
  t.deepEqual(at('a[0].b'), [1])
  t.deepEqual(at('a[*].b'), [1, 2])
  t.deepEqual(at('c["d.e/f"]'), [3])
  t.deepEqual(at('c[*]'), [3])
  t.deepEqual(at('g'), [null])
  t.deepEqual(at('g.h'), [])
  t.deepEqual(at('a[7]'), [])
  t.deepEqual(at('constructor'), [])
  for (const path of ['', '.a', 'a.', 'a[', 'a[x]', 'a b', 'a..b'])
    t.throws(() => parseFieldPath(path), {name: 'FieldPathError'}, path)
})

test('peers are read from both tables of connections, without the listening sockets', t => {
  const table = `  sl  local_address rem_address   st
   0: 00000000:1F90 00000000:0000 0A 00000000:00000000
   1: 030C11AC:1F90 020D11AC:9C41 06 00000000:00000000
   2: 030C11AC:01BB 020D11AC:9C42 06 00000000:00000000
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
  12: 0000000000000000FFFF0000030C11AC:1F90 0000000000000000FFFF00000B14000A:9C43 06 00000000:00000000
`
  t.deepEqual(peersOf(table, 8080), [
    {address: '172.17.13.2', port: 40001},
    {address: '10.0.20.11', port: 40003},
  ])
})

test('a long text is shown by its first lines', t => {
  t.is(glimpse('a\nb\n'), 'a\nb')
  t.is(glimpse('1\n2\n3\n4', 2), '1\n2\n... (2 more lines)')
})
