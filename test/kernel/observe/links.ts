import test from 'ava'
import {parseAddresses} from '../../../src/kernel/observe/addresses.ts'
import {parseLinks} from '../../../src/kernel/observe/links.ts'
import {parseNetnsIds} from '../../../src/kernel/observe/netns-ids.ts'

// As `ip -j -d addr` prints them, shortened.
const ether = {link_type: 'ether', address: '02:42:ac:11:0d:02', flags: ['BROADCAST', 'UP', 'LOWER_UP'], mtu: 1450}
const lo = {ifname: 'lo', flags: ['LOOPBACK'], mtu: 65536, link_type: 'loopback', address: '00:00:00:00:00:00'}
const ids = parseNetnsIds([{nsid: 0, name: 'pod-1'}, {nsid: 1}])

const reads = test.macro({
  exec: (t, printed: object, expected: object) =>
    t.deepEqual(parseLinks([printed], {netns: 'node1', ids}), [expected] as never),
  title: (title = '') => title,
})

const link = {name: 'x', up: true, mtu: 1450, mac: '02:42:ac:11:0d:02'}
const veth = (more: object) => ({ifname: 'x', ...ether, linkinfo: {info_kind: 'veth'}, ...more})

test('loopback', reads, lo, {name: 'lo', kind: {type: 'loopback'}, up: false, mtu: 65536})
test('a bridge', reads, {ifname: 'x', ...ether, linkinfo: {info_kind: 'bridge'}}, {...link, kind: {type: 'bridge'}})
test('a veth whose other end lies in a named namespace', reads, veth({link_index: 2, link_netnsid: 0}), {
  ...link,
  kind: {type: 'veth', peer: {netns: 'pod-1'}},
})
test('a veth whose other end lies in a namespace without a name', reads, veth({link_index: 2, link_netnsid: 1}), {
  ...link,
  kind: {type: 'veth', peer: {netns: ''}},
})
test('a veth whose other end lies here', reads, veth({link: 'y'}), {
  ...link,
  kind: {type: 'veth', peer: {netns: 'node1', name: 'y'}},
})
test(
  'a port with hairpin',
  reads,
  veth({
    ...{link: 'y', master: 'docker0'},
    linkinfo: {info_kind: 'veth', info_slave_kind: 'bridge', info_slave_data: {hairpin: true}},
  }),
  {...link, kind: {type: 'veth', peer: {netns: 'node1', name: 'y'}}, master: 'docker0', hairpin: true},
)
test(
  'a vxlan',
  reads,
  {
    ...{ifname: 'x', ...ether},
    linkinfo: {info_kind: 'vxlan', info_data: {id: 1, port: 8472, local: '10.0.20.4', link: 'eth0', learning: false}},
  },
  {...link, kind: {type: 'vxlan', vni: 1, port: 8472, local: '10.0.20.4', device: 'eth0'}},
)
test(
  'a vxlan without a device is none of podlab’s',
  reads,
  {ifname: 'x', ...ether, linkinfo: {info_kind: 'vxlan', info_data: {id: 1, port: 4789}}},
  {...link, kind: {type: 'other', kind: 'vxlan'}},
)
test(
  'a link of another kind',
  reads,
  {ifname: 'x', ...ether, linkinfo: {info_kind: 'ipip'}},
  {
    ...link,
    kind: {type: 'other', kind: 'ipip'},
  },
)
test(
  'a tun',
  reads,
  {ifname: 'x', flags: ['UP'], mtu: 1472, link_type: 'none', linkinfo: {info_kind: 'tun', info_data: {type: 'tun'}}},
  {name: 'x', up: true, mtu: 1472, kind: {type: 'tun'}},
)
test(
  'a tap, which podlab does not make',
  reads,
  {ifname: 'x', ...ether, linkinfo: {info_kind: 'tun', info_data: {type: 'tap'}}},
  {...link, kind: {type: 'other', kind: 'tun'}},
)
test(
  'a link without a MAC',
  reads,
  {ifname: 'x', flags: [], mtu: 1480, link_type: 'ipip', address: '0.0.0.0', linkinfo: {info_kind: 'ipip'}},
  {name: 'x', up: false, mtu: 1480, kind: {type: 'other', kind: 'ipip'}},
)

test('addresses are IPv4, and loopback’s own is left out', t => {
  const v4 = (local: string, prefixlen: number) => ({family: 'inet', local, prefixlen, scope: 'global'})
  const v6 = {family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link'}
  const printed = [
    {ifname: 'lo', addr_info: [v4('127.0.0.1', 8), v4('10.96.0.1', 32)]},
    {ifname: 'eth0', addr_info: [v4('10.0.20.4', 24), v6]},
  ]
  t.deepEqual(
    parseAddresses(printed).map(({link, address}) => `${address} dev ${link}`),
    ['10.96.0.1/32 dev lo', '10.0.20.4/24 dev eth0'],
  )
})
