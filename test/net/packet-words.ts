import test from 'ava'
import fc from 'fast-check'
import {dissect} from '../../src/net/packet-dissect.ts'
import {packetWords} from '../../src/net/packet-words.ts'
import {answer, arp, dns, echo, ethernet, hex, ipv4, name, tcp, udp, unreachable, vxlan} from './_packets.ts'

const reads = test.macro({
  exec: (t, bytes: Buffer, line: string) => t.is(packetWords()(dissect(bytes)), line),
  title: (title = '', _bytes: Buffer, line: string) => title || line,
})

const ends = '172.17.13.2:40000 → 172.17.12.2'

test(reads, ethernet(arp(1, '172.17.13.2', '172.17.13.1'), 0x0806), 'ARP  who has 172.17.13.1? tell 172.17.13.2')
test(reads, ethernet(arp(2, '172.17.13.1', '172.17.13.2'), 0x0806), 'ARP  172.17.13.1 is at 02:42:ac:11:0d:02')
test(reads, ethernet(arp(9, '172.17.13.1', '172.17.13.2'), 0x0806), '28 bytes (it is no ARP of Ethernet and IPv4)')
test(reads, ethernet(ipv4(1, echo(8, 3, 1))), 'ICMP 172.17.13.2 → 172.17.12.2  echo request, id 3, seq 1, ttl 64')
test(
  reads,
  ethernet(ipv4(1, echo(0, 3, 1), {ttl: 62})),
  'ICMP 172.17.13.2 → 172.17.12.2  echo reply, id 3, seq 1, ttl 62',
)
test(reads, ethernet(ipv4(17, udp(Buffer.from('hello')))), `UDP  ${ends}:5000  5 bytes, ttl 64`)
test(reads, ethernet(ipv4(6, tcp(2, {seq: 77}))), `TCP  ${ends}:80  SYN, seq 0, win 64240, ttl 64`)
test(reads, ethernet(ipv4(6, tcp(16, {seq: 77, ack: 5}))), `TCP  ${ends}:80  ACK, seq 77, ack 5, win 64240, ttl 64`)
test(reads, ethernet(ipv4(6, tcp(20))), `TCP  ${ends}:80  RST ACK, seq 0, ack 0, win 64240, ttl 64`)
test(reads, ethernet(ipv4(6, tcp(0))), `TCP  ${ends}:80  no flags, seq 0, win 64240, ttl 64`)
test(
  reads,
  ethernet(ipv4(6, tcp(24, {data: 'GET / HTTP/1.1\r\nHost: x\r\n'}))),
  `TCP  ${ends}:80  PSH ACK, seq 0, ack 0, win 64240, 25 bytes: GET / HTTP/1.1, ttl 64`,
)
test(
  'what is no text is not shown, so that no terminal obeys it',
  reads,
  ethernet(ipv4(6, tcp(24, {data: '\u001b[2J\u0007xxxxxxxx'}))),
  `TCP  ${ends}:80  PSH ACK, seq 0, ack 0, win 64240, 13 bytes, ttl 64`,
)
test(
  reads,
  ethernet(ipv4(17, vxlan(1, ethernet(ipv4(1, echo(8, 3, 1), {ttl: 63}))), {from: '10.0.20.4', to: '10.0.20.11'})),
  'UDP  10.0.20.4:40000 → 10.0.20.11:8472  VXLAN 1 [ICMP 172.17.13.2 → 172.17.12.2  echo request, id 3, seq 1, ttl 63], ttl 64',
)
test(
  reads,
  ethernet(ipv4(17, udp(ipv4(1, echo(8, 3, 1), {ttl: 63}), {from: 8285, to: 8285}))),
  'UDP  172.17.13.2:8285 → 172.17.12.2:8285  flannel [ICMP 172.17.13.2 → 172.17.12.2  echo request, id 3, seq 1, ttl 63], ttl 64',
)
test(
  'a port alone makes no VXLAN',
  reads,
  ethernet(ipv4(17, udp(hex('0900000000000100'), {to: 8472}))),
  `UDP  ${ends}:8472  8 bytes, ttl 64`,
)
test(
  'a port alone makes no flannel',
  reads,
  ethernet(ipv4(17, udp(Buffer.alloc(30), {to: 8285}))),
  `UDP  ${ends}:8285  30 bytes, ttl 64`,
)
test(
  reads,
  ethernet(
    ipv4(1, unreachable(4, ipv4(17, udp(Buffer.alloc(0), {to: 9})), 1450), {from: '10.0.20.4', to: '172.17.13.2'}),
  ),
  `ICMP 10.0.20.4 → 172.17.13.2  fragmentation needed, but forbidden (at most 1450 bytes go through), about [UDP  ${ends}:9  0 bytes, ttl 64], ttl 64`,
)
test(
  'an ICMP error quotes only the first eight bytes, which tell the ports',
  reads,
  ethernet(ipv4(1, unreachable(3, ipv4(17, udp(Buffer.alloc(0), {to: 9}), {length: 500})))),
  `ICMP 172.17.13.2 → 172.17.12.2  port unreachable, about [UDP  ${ends}:9  0 bytes, ttl 64], ttl 64`,
)
test(reads, ethernet(ipv4(1, hex('2a07 0000 00000000'))), 'ICMP 172.17.13.2 → 172.17.12.2  type 42 code 7, ttl 64')

const question = name('web.default.svc.cluster.local')
const dnsLine = (bytes: Buffer) => ethernet(ipv4(17, udp(bytes, {to: 53})))

test(reads, dnsLine(dns(0x0100, question)), `UDP  ${ends}:53  DNS A web.default.svc.cluster.local.?, ttl 64`)
test(
  reads,
  dnsLine(dns(0x8180, question, [answer(5, name('a.b')), answer(1, hex('0a6201 01'))])),
  `UDP  ${ends}:53  DNS A web.default.svc.cluster.local.: a.b., 10.98.1.1, ttl 64`,
)
test(reads, dnsLine(dns(0x8183, question)), `UDP  ${ends}:53  DNS A web.default.svc.cluster.local.: NXDOMAIN, ttl 64`)
test(
  reads,
  dnsLine(dns(0x8180, question)),
  `UDP  ${ends}:53  DNS A web.default.svc.cluster.local.: no such records, ttl 64`,
)
test(
  'a DNS name that points at itself is no DNS',
  reads,
  dnsLine(dns(0x0100, hex('c00c'))),
  `UDP  ${ends}:53  18 bytes, ttl 64`,
)
test(
  'letters of a DNS name that a terminal would obey are spelt out',
  reads,
  dnsLine(dns(0x0100, hex('03 1b5b4a 00'))),
  `UDP  ${ends}:53  DNS A \\027[J.?, ttl 64`,
)

test('a frame of an unknown type is data', reads, ethernet(Buffer.alloc(4), 0x88cc), '4 bytes (its type is 0x88cc)')
test(
  'a frame of spanning tree is data',
  reads,
  ethernet(Buffer.alloc(4), 0x0026),
  '4 bytes (it is a frame of 802.2 (spanning tree?))',
)
test('half an Ethernet header is data', reads, Buffer.alloc(13), '13 bytes (its Ethernet header is cut off)')
test(
  'half an IP header is data',
  reads,
  ethernet(ipv4(6, tcp(2)).subarray(0, 17)),
  '17 bytes (its IP header is cut off)',
)
test(
  'an IP header that contradicts itself is data',
  reads,
  ethernet(ipv4(6, tcp(2), {length: 10})),
  'IP   172.17.13.2 → 172.17.12.2  20 bytes (its lengths contradict each other), ttl 64',
)
test(
  'a later fragment has no ports',
  reads,
  ethernet(ipv4(17, Buffer.alloc(8), {fragment: 185})),
  'IP   172.17.13.2 → 172.17.12.2  8 bytes, fragment from byte 1480, ttl 64',
)
test(
  'the first fragment has',
  reads,
  ethernet(ipv4(17, udp(Buffer.alloc(8)), {fragment: 0x2000})),
  `UDP  ${ends}:5000  8 bytes, fragment from byte 0, ttl 64`,
)
test(
  'Ethernet pads short frames, and that is no data',
  reads,
  Buffer.concat([ethernet(ipv4(17, udp(Buffer.alloc(0)))), Buffer.alloc(18)]),
  `UDP  ${ends}:5000  0 bytes, ttl 64`,
)
test(
  'an IPv6 address is written short',
  reads,
  ethernet(
    hex(
      '60000000 0010 3a ff fe80000000000000 0042acfffe110d01 ff02000000000000 0000000000000002 8500000000000000 0000000000000000',
    ),
    0x86dd,
  ),
  'IP   fe80::42:acff:fe11:d01 → ff02::2  16 bytes (ICMPv6 router solicitation), hop limit 255',
)

test('the words of a connection count from its start, in both directions', t => {
  const words = packetWords()
  const there = {from: 40000, to: 80}
  const back = {from: 80, to: 40000}
  const say = (bytes: Buffer, options = {}) => words(dissect(ethernet(ipv4(6, bytes, options)))).replace(/^.* {2}/, '')
  const reverse = {from: '172.17.12.2', to: '172.17.13.2'}
  t.is(say(tcp(2, {...there, seq: 0xffff_ffff})), 'SYN, seq 0, win 64240, ttl 64')
  t.is(say(tcp(18, {...back, seq: 1000, ack: 0}), reverse), 'SYN ACK, seq 0, ack 1, win 64240, ttl 64')
  t.is(say(tcp(24, {...there, seq: 0, ack: 1001, data: 'x'})), 'PSH ACK, seq 1, ack 1, win 64240, 1 byte, ttl 64')
  t.is(say(tcp(17, {...back, seq: 1001, ack: 1}), reverse), 'FIN ACK, seq 1, ack 2, win 64240, ttl 64')
})

test('garbage never throws', t => {
  const words = packetWords()
  const link = fc.constantFrom('ethernet' as const, 'ip' as const)
  fc.assert(
    fc.property(fc.uint8Array({maxLength: 120}), link, (bytes, first) => {
      t.is(typeof words(dissect(bytes, first)), 'string')
    }),
  )
})

test('a real packet with changed bytes, cut anywhere, never throws, and shows no control character', t => {
  const good = [
    ethernet(ipv4(17, vxlan(1, ethernet(ipv4(6, tcp(24, {data: 'GET / HTTP/1.1\r\n'})))))),
    dnsLine(
      dns(0x8180, question, [
        answer(1, hex('0a620101')),
        answer(33, Buffer.concat([hex('000000000050'), name('x.y')])),
      ]),
    ),
    ethernet(ipv4(1, unreachable(1, ipv4(6, tcp(2))))),
  ]
  const words = packetWords()
  const change = fc.tuple(fc.nat(200), fc.nat(255))
  fc.assert(
    fc.property(fc.constantFrom(...good), fc.array(change, {maxLength: 4}), fc.nat(220), (packet, changes, length) => {
      const bytes = Buffer.from(packet.subarray(0, length))
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
      t.notRegex(words(dissect(bytes)), /[\x00-\x1f\x7f]/)
    }),
    {numRuns: 500},
  )
})

test('packets in packets in packets are taken apart to a limit', t => {
  let packet = ethernet(ipv4(1, echo(8, 1, 1)))
  for (let count = 0; count < 500; count++) packet = ethernet(ipv4(17, vxlan(1, packet)))
  t.regex(packetWords()(dissect(packet)), /too many packets in each other/)
})
