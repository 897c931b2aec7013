import test from 'ava'
import fc from 'fast-check'
import {
  addressOf,
  type Cidr,
  cidrOf,
  contains,
  networkOf,
  nth,
  overlaps,
  parseCidr,
  parseNetwork,
  prefixLength,
  sizeOf,
} from '../../src/net/cidr.ts'
import {type Ip, ipNumber, ipOf, parseIp} from '../../src/net/ip.ts'
import {NetError} from '../../src/net/net-error.ts'

const good = test.macro({
  exec: (t, text: string, network: string, size: number) => {
    const cidr = parseCidr(text)
    t.is(`${addressOf(cidr)}/${prefixLength(cidr)}`, text)
    t.is<string, string>(networkOf(cidr), network)
    t.is(sizeOf(cidr), size)
  },
  title: (_, text: string, network: string) => `${text} lies in ${network}`,
})

test(good, '172.17.13.1/24', '172.17.13.0/24', 256)
test(good, '172.17.13.1/16', '172.17.0.0/16', 65536)
test(good, '172.17.13.1/32', '172.17.13.1/32', 1)
test(good, '172.17.13.1/31', '172.17.13.0/31', 2)
test(good, '255.255.255.255/1', '128.0.0.0/1', 2 ** 31)
test(good, '10.0.20.4/0', '0.0.0.0/0', 2 ** 32)

const bad = test.macro({
  exec: (t, text: string, message: RegExp) => void t.throws(() => parseCidr(text), {instanceOf: NetError, message}),
  title: (_, text: string) => `${JSON.stringify(text)} is no network`,
})

for (const text of ['', '10.0.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/ 8', '10.0.0.0/8/8'])
  test(bad, text, /is not a network; expected/)
for (const text of ['/8', '10.0.0/8', '10.0.0.256/8', 'fd00::/8', ' 10.0.0.0/8'])
  test(bad, text, /is not an IPv4 address/)

test('a network has no host bits; the message names the network that it lies in', t => {
  t.is<string, string>(parseNetwork('172.17.13.0/24'), '172.17.13.0/24')
  t.throws(() => parseNetwork('172.17.13.1/24'), {instanceOf: NetError, message: /lies in is 172\.17\.13\.0\/24/})
})

test('the addresses of a network are counted from its own', t => {
  const network = parseCidr('172.17.13.77/30')
  t.deepEqual(
    [0, 1, 2, 3].map(index => nth(network, index)),
    ['76', '77', '78', '79'].map(last => `172.17.13.${last}` as Ip),
  )
  t.throws(() => nth(network, 4), {instanceOf: NetError, message: /no address number 4/})
  t.throws(() => nth(network, -1), {instanceOf: NetError})
})

const overlapping = test.macro({
  exec: (t, a: string, b: string, expected: boolean) => {
    t.is(overlaps(parseCidr(a), parseCidr(b)), expected)
    t.is(overlaps(parseCidr(b), parseCidr(a)), expected)
  },
  title: (_, a: string, b: string, expected: boolean) => `${a} and ${b} ${expected ? 'overlap' : 'are apart'}`,
})

test(overlapping, '172.17.0.0/16', '172.17.13.0/24', true)
test(overlapping, '172.17.13.1/24', '172.17.13.2/24', true)
test(overlapping, '0.0.0.0/0', '255.255.255.255/32', true)
test(overlapping, '172.17.13.0/24', '172.17.12.0/24', false)
test(overlapping, '10.0.0.0/9', '10.128.0.0/9', false)

const anyIp = fc.integer({min: 0, max: 0xffffffff}).map(ipOf)
const anyLength = fc.integer({min: 0, max: 32})
const anyCidr = fc.tuple(anyIp, anyLength).map(([ip, length]) => cidrOf(ip, length))
/** Two networks that are often close, as random ones hardly ever are. */
const anyTwo = fc
  .tuple(anyIp, anyLength, anyLength, fc.integer({min: 0, max: 31}))
  .map(([ip, a, b, bit]): [Cidr, Cidr] => [cidrOf(ip, a), cidrOf(ipOf((ipNumber(ip) ^ (1 << bit)) >>> 0), b)])

const law = test.macro({
  exec: (t, property: fc.IProperty<never>) => void t.notThrows(() => fc.assert(property)),
  title: (title = '') => title,
})

test('text and network are inverse', law, fc.property(anyCidr, cidr => parseCidr(cidr) === cidr) as never)
test(
  'a network has its first and its last address, and neither neighbour',
  law,
  fc.property(anyCidr, cidr => {
    const [first, last] = [ipNumber(nth(cidr, 0)), ipNumber(nth(cidr, sizeOf(cidr) - 1))]
    const has = (number: number) => number >= 0 && number <= 0xffffffff && contains(cidr, ipOf(number))
    return has(first) && has(last) && !has(first - 1) && !has(last + 1)
  }) as never,
)
test(
  'a network has an address exactly when it is the network of that address',
  law,
  fc.property(anyTwo, ([a, b]) => {
    const ip = addressOf(b)
    return contains(a, ip) === (networkOf(cidrOf(ip, prefixLength(a))) === networkOf(a))
  }) as never,
)
test(
  'two networks overlap exactly when the larger has the first address of the smaller',
  law,
  fc.property(anyTwo, ([a, b]) => {
    const [large, small] = prefixLength(a) <= prefixLength(b) ? [a, b] : [b, a]
    return overlaps(a, b) === contains(large, nth(small, 0))
  }) as never,
)
test(
  'overlapping is mutual, and everything overlaps itself and everything',
  law,
  fc.property(anyTwo, ([a, b]) => {
    const all = cidrOf(parseIp('0.0.0.0'), 0)
    return overlaps(a, b) === overlaps(b, a) && overlaps(a, a) && overlaps(a, all)
  }) as never,
)
