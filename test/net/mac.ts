import test from 'ava'
import fc from 'fast-check'
import {parseIp} from '../../src/net/ip.ts'
import {macOf, parseMac} from '../../src/net/mac.ts'
import {NetError} from '../../src/net/net-error.ts'

const good = test.macro({
  exec: (t, text: string, mac: string) => t.is<string, string>(parseMac(text), mac),
  title: (_, text: string) => `${text} is a MAC address`,
})

test(good, '02:42:ac:11:0d:02', '02:42:ac:11:0d:02')
test(good, '02:42:AC:11:0D:02', '02:42:ac:11:0d:02')
test(good, '00:00:00:00:00:00', '00:00:00:00:00:00')

const bad = test.macro({
  exec: (t, text: string) =>
    void t.throws(() => parseMac(text), {instanceOf: NetError, message: /is not a MAC address/}),
  title: (_, text: string) => `${JSON.stringify(text)} is no MAC address`,
})

for (const text of ['', '02:42:ac:11:0d', '02:42:ac:11:0d:02:03', '2:42:ac:11:0d:02', '02:42:ac:11:0d:0g'])
  test(bad, text)
for (const text of ['02-42-ac-11-0d-02', '0242ac110d02', ' 02:42:ac:11:0d:02', '02:42:ac:11:0d:02\n']) test(bad, text)

test('a container’s MAC is 02:42 and its address, as docker has it', t => {
  t.is<string, string>(macOf(parseIp('172.17.13.2')), '02:42:ac:11:0d:02')
  t.is<string, string>(macOf(parseIp('0.0.0.0')), '02:42:00:00:00:00')
  t.is<string, string>(macOf(parseIp('255.255.255.255')), '02:42:ff:ff:ff:ff')
})

test('every address has a MAC of its own, which is one', t =>
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (a, b) => {
        const [one, other] = [macOf(parseIp(a)), macOf(parseIp(b))]
        return parseMac(one) === one && (one === other) === (a === b)
      }),
    ),
  ))
