import test from 'ava'
import type {Op} from '../../src/kernel/op.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import type {Link, Route} from '../../src/kernel/state.ts'
import {parseAnyNetwork, parseCidr, parseCidr6} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseIp6} from '../../src/net/ip6.ts'
import {parseMac} from '../../src/net/mac.ts'

const prints = test.macro({
  exec: (t, op: Op, command: string) => t.is(commandOf(print(op)), command),
  title: (title, _: Op, command: string) => title || command,
})

const mac = parseMac('02:42:ac:11:0d:02')
const ip = parseIp('172.17.12.0')
const base: Link = {name: 'x', kind: {type: 'bridge'}, up: true, mtu: 1450}
const local = parseIp('10.0.20.4')
const route = (text: string, more: Omit<Route, 'to'>): Op => ({
  op: 'replaceRoute',
  route: {to: parseAnyNetwork(text), ...more},
})
const add = (link: Partial<Link>): Op => ({op: 'addLink', link: {...base, ...link}})
const set = (set: Extract<Op, {op: 'setLink'}>['set']): Op => ({op: 'setLink', name: 'veth1', set})
const peer = {netns: 'pod-1', name: 'eth0', mac, mtu: 1450}
const vxlan = {type: 'vxlan', vni: 1, port: 8472, local, device: 'eth0'} as const

test(prints, add({name: 'docker0'}), 'ip link add name docker0 mtu 1450 up type bridge')
test(
  prints,
  add({name: 'veth1', kind: {type: 'veth', peer}, master: 'docker0', hairpin: true}),
  'ip link add name veth1 mtu 1450 master docker0 up type veth peer name eth0 address 02:42:ac:11:0d:02 mtu 1450 netns pod-1',
)
test(
  prints,
  add({name: 'flannel.1', kind: vxlan, mac, up: false}),
  'ip link add name flannel.1 mtu 1450 address 02:42:ac:11:0d:02 type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
)
test(prints, add({name: 'flannel0', kind: {type: 'tun'}}), 'ip tuntap add dev flannel0 mode tun')
test(prints, {op: 'deleteLink', name: 'veth1'}, 'ip link del dev veth1')
test(prints, set({mtu: 1450, mac, up: false}), 'ip link set dev veth1 mtu 1450 address 02:42:ac:11:0d:02 down')
test(prints, set({master: 'docker0', up: true}), 'ip link set dev veth1 master docker0 up')
test(prints, set({master: null}), 'ip link set dev veth1 nomaster')
test(prints, set({hairpin: true}), 'ip link set dev veth1 type bridge_slave hairpin on')
test(prints, set({hairpin: false}), 'ip link set dev veth1 type bridge_slave hairpin off')
test(
  prints,
  {op: 'addAddress', address: {link: 'docker0', address: parseCidr('172.17.13.1/24')}},
  'ip addr replace 172.17.13.1/24 dev docker0',
)
test(
  prints,
  {op: 'deleteAddress', address: {link: 'docker0', address: parseCidr('172.17.13.1/24')}},
  'ip addr del 172.17.13.1/24 dev docker0',
)
test(prints, route('0.0.0.0/0', {via: local, link: 'eth0'}), 'ip route replace default via 10.0.20.4 dev eth0')
test(prints, route('10.0.0.9/32', {link: 'eth0'}), 'ip route replace 10.0.0.9 dev eth0')
test(prints, route('fd00::9/128', {link: 'eth0'}), 'ip route replace fd00::9 dev eth0')
test(prints, route('::/0', {via: parseIp6('fd00::1'), link: 'eth0'}), 'ip route replace ::/0 via fd00::1 dev eth0')
test(
  'an address of IPv6 is not asked for on the link first',
  prints,
  {op: 'addAddress', address: {link: 'docker0', address: parseCidr6('fd00:172:17:d::1/64')}},
  'ip addr replace fd00:172:17:d::1/64 dev docker0 nodad',
)
test(
  prints,
  route('172.17.12.0/24', {via: ip, link: 'flannel.1', onlink: true}),
  'ip route replace 172.17.12.0/24 via 172.17.12.0 dev flannel.1 onlink',
)
test(
  prints,
  {op: 'deleteRoute', route: {to: parseAnyNetwork('172.17.12.0/24'), link: 'eth0'}},
  'ip route del 172.17.12.0/24 dev eth0',
)
test(
  prints,
  {op: 'replaceNeighbour', neighbour: {link: 'flannel.1', ip, mac}},
  'ip neigh replace 172.17.12.0 lladdr 02:42:ac:11:0d:02 dev flannel.1 nud permanent',
)
test(prints, {op: 'deleteNeighbour', neighbour: {link: 'flannel.1', ip, mac}}, 'ip neigh del 172.17.12.0 dev flannel.1')
test(
  prints,
  {op: 'replaceFdb', entry: {link: 'flannel.1', mac, remote: local}},
  'bridge fdb replace 02:42:ac:11:0d:02 dev flannel.1 dst 10.0.20.4',
)
test(
  prints,
  {op: 'deleteFdb', entry: {link: 'flannel.1', mac, remote: local}},
  'bridge fdb del 02:42:ac:11:0d:02 dev flannel.1 dst 10.0.20.4',
)
test(prints, {op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'}, 'sysctl -w "net.ipv4.ip_forward=1"')

const refuses = test.macro({
  exec: (t, op: Op, message: RegExp) => void t.throws(() => print(op), {instanceOf: TypeError, message}),
  title: (title = '') => `no line for ${title}`,
})

test('a name that would begin another line', refuses, {op: 'deleteLink', name: 'a\nlink del dev b'}, /batch line/)
test('a name of two words', refuses, {op: 'deleteLink', name: 'a b'}, /batch line/)
test('a name that would begin a comment', refuses, {op: 'deleteLink', name: '#'}, /batch line/)
test('an empty name', refuses, {op: 'deleteLink', name: ''}, /batch line/)
test('hairpin beside other settings', refuses, set({hairpin: true, up: true}), /own/)
test('a second loopback', refuses, add({kind: {type: 'loopback'}}), /no link of kind loopback/)
test('a pair whose other end has no name', refuses, add({kind: {type: 'veth', peer: {netns: 'x'}}}), /no name/)
