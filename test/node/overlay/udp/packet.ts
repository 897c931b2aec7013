import test from 'ava'
import fc from 'fast-check'
import {ipNumber, parseIp} from '../../../../src/net/ip.ts'
import {decrementTtl, destinationOf, isIpv4, netUnreachable} from '../../../../src/node/overlay/udp/packet.ts'
import {bytes, headerSum, hex, packetOf} from './_packets.ts'

const source = ipNumber(parseIp('172.17.13.0'))

const isPacket = test.macro({
  exec: (t, text: string, expected: boolean) => t.is(isIpv4(bytes(text), bytes(text).length), expected),
  title: (title = '', _, expected) => `${title} is ${expected ? '' : 'no '}IPv4`,
})

test('a header alone', isPacket, hex(packetOf()), true)
test('a header that is cut off', isPacket, hex(packetOf()).slice(0, -2), false)
test('a header whose options are cut off', isPacket, `46${hex(packetOf()).slice(2)}`, false)
test('IPv6', isPacket, `60${'00'.repeat(39)}`, false)
test('nothing', isPacket, '', false)

test('the destination is a number without a sign', t => {
  t.is(destinationOf(packetOf({to: '223.255.255.254'})), 0xdffffffe)
})

test('one is taken off the time to live, and nothing but the checksum follows', t => {
  const packet = packetOf({ttl: 64})
  const before = hex(packet)
  t.true(decrementTtl(packet))
  t.is(before, '4500 0014 1234 0000 4011 f77e ac11 0d02 ac11 0c02')
  t.is(hex(packet), '4500 0014 1234 0000 3f11 f87e ac11 0d02 ac11 0c02')
})

test('whatever the packet, its checksum is right afterwards', t => {
  const packets = fc.record({ttl: fc.integer({min: 2, max: 255}), to: fc.ipV4(), protocol: fc.nat(255)})
  const property = fc.property(packets, header => {
    const packet = packetOf(header)
    decrementTtl(packet)
    return headerSum(packet) === 0xffff && packet[8] === header.ttl - 1
  })
  t.notThrows(() => fc.assert(property))
})

test('a packet with nothing left goes no further, and stays as it is', t => {
  for (const ttl of [0, 1]) {
    const packet = packetOf({ttl})
    t.false(decrementTtl(packet))
    t.deepEqual(packet, packetOf({ttl}))
  }
})

test('who sent to an unknown network is told so, from flannel0, with the head of the packet', t => {
  const packet = packetOf({to: '172.17.99.9', payload: '3039 0050 0010 0000 6162 6364 6566 6768'})
  const message = netUnreachable(packet, packet.length, source)
  if (message === undefined) return t.fail()
  const [ip, icmp] = [message.subarray(0, 20), message.subarray(20)]
  t.is(hex(ip), `4500 0038 0000 0000 0801 ${hex(ip.subarray(10, 12))} ac11 0d00 ac11 0d02`)
  t.is(hex(icmp), `0300 ${hex(icmp.subarray(2, 4))} 0000 0000 ${hex(packet.subarray(0, 28))}`)
  t.is(headerSum(ip), 0xffff)
  t.is(headerSum(icmp), 0xffff)
})

test('no more is quoted than there was', t => {
  t.is(netUnreachable(packetOf({payload: '0102'}), 22, source)?.length, 20 + 8 + 22)
})

test('the options of the header are quoted, too', t => {
  const packet = new Uint8Array(24 + 16)
  packet.set([0x46], 0)
  t.is(netUnreachable(packet, packet.length, source)?.length, 20 + 8 + 24 + 8)
})

test('nobody is told of ICMP, nor of a fragment that is not the first', t => {
  t.is(netUnreachable(packetOf({protocol: 1}), 20, source), undefined)
  t.is(netUnreachable(packetOf({fragmentOffset: 185}), 20, source), undefined)
  t.not(netUnreachable(packetOf({fragmentOffset: 0x2000}), 20, source), undefined, 'more fragments follow the first')
})
