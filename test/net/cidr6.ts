import test from 'ava'
import fc from 'fast-check'
import {
  addressOf,
  cidrOf,
  contains,
  everywhere,
  hostCidr,
  indexOf,
  isHost,
  networkOf,
  nth,
  overlaps,
  parseAnyCidr,
  parseAnyNetwork,
  parseCidr,
  parseCidr6,
  parseNetwork6,
  prefixLength,
  sizeOf,
} from '../../src/net/cidr.ts'
import {type Ip, parseIp} from '../../src/net/ip.ts'
import {ip6Number, ip6Of, parseIp6} from '../../src/net/ip6.ts'
import {NetError} from '../../src/net/net-error.ts'

const good = test.macro({
  exec: (t, text: string, network: string, size: number) => {
    const cidr = parseCidr6(text)
    t.is<string, string>(networkOf(cidr), network)
    t.is(sizeOf(cidr), size)
  },
  title: (_, text: string, network: string) => `${text} lies in ${network}`,
})

test(good, 'fd00:172:17:d::1/64', 'fd00:172:17:d::/64', 2 ** 64)
test(good, 'fd00:172:17:d::1/48', 'fd00:172:17::/48', 2 ** 80)
test(good, 'fd00:10:96::ffff/112', 'fd00:10:96::/112', 65536)
test(good, 'fd00::1/128', 'fd00::1/128', 1)
test(good, 'fd00::1/0', '::/0', 2 ** 128)
test(good, 'FD00:0::7/126', 'fd00::4/126', 4)

const bad = test.macro({
  exec: (t, text: string, message: RegExp) => void t.throws(() => parseCidr6(text), {instanceOf: NetError, message}),
  title: (_, text: string) => `${JSON.stringify(text)} is no network`,
})

for (const text of ['', 'fd00::', 'fd00::/', 'fd00::/129', 'fd00::/-1', 'fd00::/ 8', 'fd00::/64/64', 'fd00::/1e1'])
  test(bad, text, /is not a network; expected an address and a length, like fd00/)
for (const text of ['/8', '10.0.0.0/8', 'fd00/8', 'fd00::g/8', ' fd00::/8', '[fd00::]/8'])
  test(bad, text, /is not an IPv6 address/)

test('a network has no host bits; the message names the network that it lies in', t => {
  t.is<string, string>(parseNetwork6('fd00:172:17::/48'), 'fd00:172:17::/48')
  t.throws(() => parseNetwork6('fd00::1/64'), {instanceOf: NetError, message: /lies in is fd00::\/64/})
  t.is<string, string>(parseAnyNetwork('fd00::/64'), 'fd00::/64')
  t.is<string, string>(parseAnyNetwork('10.0.0.0/8'), '10.0.0.0/8')
})

test('the addresses of a network are counted from its own', t => {
  const network = parseCidr6('fd00:172:17:d::77/64')
  t.is(nth(network, 2), 'fd00:172:17:d::2' as Ip)
  t.is(nth(network, 254), 'fd00:172:17:d::fe' as Ip)
  t.throws(() => nth(parseCidr6('fd00::/126'), 4), {instanceOf: NetError, message: /no address number 4/})
  t.throws(() => nth(network, -1), {instanceOf: NetError})
})

test('an address of one family lies in no network of the other', t => {
  t.false(contains(everywhere('IPv6'), parseIp('10.0.20.4')))
  t.false(contains(everywhere('IPv4'), parseIp6('fd00::1')))
  t.false(overlaps(everywhere('IPv4'), everywhere('IPv6')))
})

test('the network of one address has the length of its family', t => {
  t.deepEqual(
    [hostCidr(parseIp('10.0.20.4')), hostCidr(parseIp6('fd00::1'))],
    [parseCidr('10.0.20.4/32'), parseCidr6('fd00::1/128')],
  )
  t.deepEqual(
    ['10.0.20.4/32', '10.0.20.4/31', 'fd00::1/128', 'fd00::1/32'].map(text => isHost(parseAnyCidr(text))),
    [true, false, true, false],
  )
})

const anyIp = fc.bigInt({min: 0n, max: 2n ** 128n - 1n}).map(ip6Of)
const anyCidr = fc.tuple(anyIp, fc.integer({min: 0, max: 128})).map(([ip, length]) => cidrOf(ip, length))

const law = test.macro({
  exec: (t, property: fc.IProperty<never>) => void t.notThrows(() => fc.assert(property)),
  title: (title = '') => title,
})

test('text and network are inverse', law, fc.property(anyCidr, cidr => parseCidr6(cidr) === cidr) as never)
test(
  'a network has an address exactly when it is the network of that address',
  law,
  fc.property(anyCidr, anyIp, fc.integer({min: 0, max: 127}), (cidr, ip, bit) => {
    const near = ip6Of(ip6Number(addressOf(cidr)) ^ (1n << BigInt(bit)))
    return [ip, near].every(
      one => contains(cidr, one) === (networkOf(cidrOf(one, prefixLength(cidr))) === networkOf(cidr)),
    )
  }) as never,
)
test(
  'place and address are inverse in networks of either family',
  law,
  fc.property(anyCidr, fc.integer({min: 0, max: 2 ** 32}), (cidr, place) => {
    const index = place % Math.min(sizeOf(cidr), 2 ** 32)
    return indexOf(cidr, nth(cidr, index)) === index
  }) as never,
)
