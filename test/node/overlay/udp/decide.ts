import test from 'ava'
import {parseNetwork} from '../../../../src/net/cidr.ts'
import {inbound, outbound} from '../../../../src/node/overlay/udp/decide.ts'
import {routeTable} from '../../../../src/node/overlay/udp/route-table.ts'
import {type Header, packetOf} from './_packets.ts'

const find = routeTable([{subnet: parseNetwork('172.17.12.0/24'), to: {node: 'node1'}}])

const decides = test.macro({
  exec: (t, header: Header, expected: unknown) => {
    const packet = packetOf(header)
    t.deepEqual(outbound(packet, packet.length, find), expected)
  },
  title: (title = '') => title,
})

test('a packet for a pod of another node goes to that node', decides, {}, {node: 'node1'})
test('a packet for nobody is unreachable', decides, {to: '172.17.99.9'}, 'unreachable')
test('a packet whose time is over is dropped', decides, {ttl: 1}, 'drop')
test('that nobody knows the way is said first', decides, {ttl: 1, to: '172.17.99.9'}, 'unreachable')

test('what is no IPv4 is dropped', t => {
  t.is(outbound(new Uint8Array(40).fill(0x60), 40, find), 'drop')
  t.is(outbound(packetOf(), 19, find), 'drop')
})

test('a router takes one off the time to live, on each side', t => {
  const packet = packetOf({ttl: 64})
  outbound(packet, packet.length, find)
  t.is(packet[8], 63)
  t.true(inbound(packet, packet.length))
  t.is(packet[8], 62)
})

test('from another node, too, what is no packet or has no time left is dropped', t => {
  t.false(inbound(packetOf({ttl: 1}), 20))
  t.false(inbound(packetOf(), 12))
})
