import {isIPv6, SocketAddress} from 'node:net'
import test from 'ava'
import fc from 'fast-check'
import {familyOf, type Ip} from '../../src/net/ip.ts'
import {ip6Number, ip6Of, parseAnyIp, parseIp6} from '../../src/net/ip6.ts'
import {NetError} from '../../src/net/net-error.ts'

const canonical = test.macro({
  exec: (t, text: string, expected: string) => t.is<string, string>(parseIp6(text), expected),
  title: (_, text: string, expected: string) => `${text} is written ${expected}`,
})

/* The examples of RFC 5952, and some more. */
test(canonical, '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1')
test(canonical, '2001:0db8:0:0:0:0:2:1', '2001:db8::2:1')
test(canonical, '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1')
test(canonical, '2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1')
test(canonical, '2001:0:0:1:0:0:0:1', '2001:0:0:1::1')
test(canonical, '2001:DB8::ABCD', '2001:db8::abcd')
test(canonical, '0:0:0:0:0:0:0:0', '::')
test(canonical, '::1', '::1')
test(canonical, 'FD00:10:0:20:0:0:0:4', 'fd00:10:0:20::4')
test(canonical, '1::', '1::')
test(canonical, '1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0')
test(canonical, '::ffff:a00:1404', '::ffff:10.0.20.4')
test(canonical, '::ffff:10.0.20.4', '::ffff:10.0.20.4')
test(canonical, '64:ff9b::10.0.20.4', '64:ff9b::a00:1404')

const bad = test.macro({
  exec: (t, text: string) => {
    const error = t.throws(() => parseIp6(text), {instanceOf: NetError})
    t.true(error?.message.includes(`"${text}" is not an IPv6 address`), error?.message)
    t.false(isIPv6(text) && !text.includes('%'))
  },
  title: (_, text: string) => `${JSON.stringify(text)} is no address`,
})

for (const text of ['', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::8', '12345::'])
  test(bad, text)
for (const text of ['g::', '10.0.20.4', '::10.0.20', '::256.0.0.1', '10.0.0.1::', 'fe80::1%eth0', '[::1]', '::1/64'])
  test(bad, text)
for (const text of [' ::1', '::1\n', ':1:2:3:4:5:6:7', '1:2:3:4:5:6:7:', '::-1', '１::', '::1.2.3.4:5']) test(bad, text)

const anyNumber = fc.bigInt({min: 0n, max: 2n ** 128n - 1n})
/* Random ones hardly ever have groups of zeros. */
const anyGroups = fc.array(fc.oneof(fc.constant(0), fc.integer({min: 0, max: 0xffff})), {minLength: 8, maxLength: 8})

test('address and number are inverse', t => {
  const isInverse = (number: bigint) => ip6Number(parseIp6(ip6Of(number))) === number
  t.notThrows(() => fc.assert(fc.property(anyNumber, isInverse)))
})

test('what is read is what Node reads, and is written as Node writes it', t => {
  const written = (text: string) => new SocketAddress({address: text, family: 'ipv6'}).address
  const isSame = (groups: readonly number[]) => {
    const text = groups.map(group => group.toString(16).toUpperCase()).join(':')
    // Node follows an older text and keeps dots for ::10.0.20.4, too
    return parseIp6(text) === written(text) || /^::\d+\./.test(written(text))
  }
  t.notThrows(() => fc.assert(fc.property(anyGroups, isSame)))
  const isJudgedAlike = (text: string) => isIPv6(text) === reads(text)
  const almost = fc.array(fc.constantFrom('0', '1', 'fd00', ':', '::', '10.0.20.4', '.', 'g', '12345'), {maxLength: 12})
  t.notThrows(() =>
    fc.assert(
      fc.property(
        almost.map(parts => parts.join('')),
        isJudgedAlike,
      ),
      {numRuns: 2000},
    ),
  )
  t.notThrows(() => fc.assert(fc.property(fc.ipV6(), isJudgedAlike)))
})

function reads(text: string): boolean {
  try {
    return parseIp6(text) !== undefined
  } catch {
    return false
  }
}

test('either family is read by one function, and the text tells which it is', t => {
  const [four, six] = [parseAnyIp('10.0.20.4'), parseAnyIp('FD00::4')]
  t.deepEqual([four, six], ['10.0.20.4' as Ip, 'fd00::4' as Ip])
  t.deepEqual([four, six].map(familyOf), ['IPv4', 'IPv6'])
  t.throws(() => parseAnyIp('localhost'), {instanceOf: NetError, message: /is not an IPv4 address/})
})
