import test from 'ava'
import {areRequests, requestOf} from '../../src/kernel/netlink-requests.ts'
import type {Op} from '../../src/kernel/op.ts'
import {print} from '../../src/kernel/print.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {bridge} from '../contract/kernel/links.ts'

/* What `ip` of iproute2 6.1 sends for the op's line, as strace shows it; only the header's sequence number is 0 here. eth0 is link 3. */
const same = test.macro({
  exec: (t, op: Op, bytes: string) => {
    t.is(requestOf(op, indexOf)?.toString('hex'), bytes.replaceAll(/\s/g, ''))
    t.true(areRequests([op]))
  },
  title: (_, op: Op) => `ip ${print(op).line}: the request is the one that ip sends`,
})

const indexOf = (name: string) => ({lo: 1, eth0: 3})[name]
const [eth0, gateway] = ['eth0', parseIp('172.17.13.1')]

test(
  same,
  {op: 'setLink', name: eth0, set: {up: true, mtu: 1450, mac: parseMac('02:42:ac:11:0d:02')}},
  `34000000 1000 0500 00000000 00000000  00000000 03000000 01000000 01000000
   0800 0400 aa050000  0a00 0100 0242ac110d02 0000`,
)
test(
  same,
  {op: 'setLink', name: 'lo', set: {up: true}},
  '20000000 1000 0500 00000000 00000000  00000000 01000000 01000000 01000000',
)
test(
  same,
  {op: 'addAddress', address: {link: eth0, address: parseCidr('172.17.13.2/24')}},
  '28000000 1400 0505 00000000 00000000  02180000 03000000  0800 0200 ac110d02  0800 0100 ac110d02',
)
test(
  same,
  {op: 'replaceRoute', route: {to: parseCidr('0.0.0.0/0'), via: gateway, link: eth0}},
  `2c000000 1800 0505 00000000 00000000  02000000 fe030001 00000000
   0800 0500 ac110d01  0800 0400 03000000`,
)
test(
  same,
  {op: 'replaceRoute', route: {to: parseCidr('10.9.0.0/24'), link: eth0}},
  `2c000000 1800 0505 00000000 00000000  02180000 fe03fd01 00000000
   0800 0100 0a090000  0800 0400 03000000`,
)
test(
  same,
  {op: 'replaceRoute', route: {to: parseCidr('10.8.0.1/32'), via: parseIp('10.7.0.1'), link: eth0, onlink: true}},
  `34000000 1800 0505 00000000 00000000  02200000 fe030001 04000000
   0800 0100 0a080001  0800 0500 0a070001  0800 0400 03000000`,
)
test(
  same,
  {op: 'replaceNeighbour', neighbour: {link: eth0, ip: gateway, mac: parseMac('02:42:ac:11:0d:01')}},
  `30000000 1c00 0505 00000000 00000000  02000000 03000000 8000 00 00
   0800 0100 ac110d01  0a00 0200 0242ac110d01 0000`,
)

const up: Op = {op: 'setLink', name: eth0, set: {up: true}}

test('a link that is not there has no request', t => {
  t.is(requestOf({...up, name: 'nix'}, indexOf), undefined)
})

test('links that are made or become ports, and long batches, are left to the tools', t => {
  t.false(areRequests([up, {op: 'addLink', link: bridge('br0')}]))
  t.false(areRequests([{op: 'setLink', name: eth0, set: {master: 'br0'}}]))
  t.false(areRequests([{op: 'setLink', name: eth0, set: {hairpin: true}}]))
  t.false(areRequests(Array.from({length: 65}, () => up)))
  t.true(areRequests(Array.from({length: 64}, () => up)))
})
