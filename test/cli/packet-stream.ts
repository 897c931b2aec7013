import test from 'ava'
import {packetStream} from '../../src/cli/packet-stream.ts'
import type {PacketBlock} from '../../src/net/packet-file.ts'
import {packetReader} from '../../src/net/packet-file-reader.ts'
import {parseFilter} from '../../src/net/packet-filter.ts'
import {arp, echo, ethernet, ipv4} from '../net/_packets.ts'

const frames = [ethernet(arp(1, '172.17.13.2', '172.17.13.1'), 0x0806), ethernet(ipv4(1, echo(8, 1, 1)))]
const packets = [...frames, ...frames].map(
  (bytes, index): PacketBlock => ({
    block: 'packet',
    interface: 0,
    at: 1_700_000_000_123_456_789n + BigInt(index),
    direction: 'in',
    length: bytes.length,
    bytes,
  }),
)
const blocks: readonly PacketBlock[] = [
  {block: 'section', application: 'podlab'},
  {block: 'interface', name: 'eth0', linkType: 'ethernet'},
  ...packets,
  {block: 'statistics', interface: 0, at: 0n, received: 7n, dropped: 3n},
]
const run = (as: 'lines' | 'pcapng', filter: string, count = Number.POSITIVE_INFINITY) => {
  const stream = packetStream({as, filter: parseFilter(filter), count})
  return {stream, output: Buffer.concat(blocks.flatMap(block => stream.print(block) ?? []))}
}

test('lines of what passes the filter, and the counts', t => {
  const {stream, output} = run('lines', 'icmp')
  t.regex(String(output), /^(\d\d:\d\d:\d\d\.123456 eth0 {8}in {2}ICMP .*\n){2}$/)
  t.deepEqual(stream.counts, {seen: 4, kept: 2, dropped: 3n})
})

test('no more than were wanted', t => {
  t.is(
    String(run('lines', '', 3).output)
      .trimEnd()
      .split('\n').length,
    3,
  )
})

test('the file holds what was kept, and all that describes it', t => {
  const read = packetReader().read(run('pcapng', 'arp', 1).output)
  t.deepEqual(read, [...blocks.slice(0, 3), ...blocks.slice(-1)])
})

test('interfaces with and without an Ethernet header are told apart', t => {
  const {stream} = run('pcapng', '')
  t.false(stream.isMixed())
  stream.print({block: 'interface', name: 'flannel0', linkType: 'ip'})
  t.true(stream.isMixed())
})

test('a packet of an interface that nobody described is shown all the same', t => {
  const stream = packetStream({as: 'lines', filter: parseFilter(''), count: 1})
  t.regex(String(stream.print(packets[0] as PacketBlock)), / \? +in {2}ARP/)
})
