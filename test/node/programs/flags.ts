import test from 'ava'
import {flagsOf, portFlag} from '../../../src/node/programs/flags.ts'

const read = test.macro({
  exec: (t, line: string, flags: Readonly<Record<string, string>>) =>
    t.deepEqual(flagsOf(line === '' ? [] : line.split(' '), ['http-port', 'udp-port']), flags),
  title: (_, line) => `"${line}" is read as Go reads flags`,
})

test(read, '', {})
test(read, '--http-port=8080', {'http-port': '8080'})
test(read, '--http-port 8080 -udp-port=-1', {'http-port': '8080', 'udp-port': '-1'})

test('a flag that is not played is refused by name', t => {
  t.throws(() => flagsOf(['--tls'], ['http-port']), {message: 'unknown flag: --tls; podlab plays http-port'})
  t.throws(() => flagsOf(['word'], ['http-port']), {message: /unknown flag: word/})
})

test('a port is a number from 1 to 65535', t => {
  t.is(portFlag(undefined, 8080), 8080)
  t.is(portFlag('80', 8080), 80)
  for (const text of ['0', '65536', 'http', '-1', '1.5']) t.throws(() => portFlag(text, 8080), {message: /is no port/})
})
