import test from 'ava'
import fc from 'fast-check'
import {ipNumber, ipOf, parseIp} from '../../src/net/ip.ts'
import {NetError} from '../../src/net/net-error.ts'

const good = test.macro({
  exec: (t, text: string, number: number) => {
    t.is(parseIp(text), text as never)
    t.is(ipNumber(parseIp(text)), number)
  },
  title: (_, text: string) => `${text} is an address`,
})

test(good, '0.0.0.0', 0)
test(good, '10.0.20.4', 0x0a001404)
test(good, '127.0.0.1', 0x7f000001)
test(good, '172.17.13.2', 0xac110d02)
test(good, '255.255.255.255', 0xffffffff)

const bad = test.macro({
  exec: (t, text: string) => {
    const error = t.throws(() => parseIp(text), {instanceOf: NetError})
    t.true(error?.message.includes(`"${text}" is not an IPv4 address`), error?.message)
  },
  title: (_, text: string) => `${JSON.stringify(text)} is no address`,
})

for (const text of ['', '10', '10.0.20', '10.0.20.4.5', '10.0.20.', '.10.0.20.4', '10..20.4']) test(bad, text)
for (const text of ['256.0.0.1', '10.0.20.04', '010.0.20.4', '-1.0.0.0', '1e1.0.0.0', '0x0a.0.0.1']) test(bad, text)
for (const text of [' 10.0.20.4', '10.0.20.4 ', '10.0.20.4\n', '10.0.20.4/24', 'localhost', '::1', '１0.0.0.1'])
  test(bad, text)

test('address and number are inverse', t => {
  const numbers = fc.integer({min: 0, max: 0xffffffff})
  t.notThrows(() => fc.assert(fc.property(numbers, number => ipNumber(parseIp(ipOf(number))) === number)))
  t.notThrows(() => fc.assert(fc.property(fc.ipV4(), text => ipOf(ipNumber(parseIp(text))) === text)))
})
