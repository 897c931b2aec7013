import test from 'ava'
import {refused} from './_refused.ts'

test(
  'networks that overlap',
  refused,
  'cluster: {serviceRange: 172.17.128.0/17, underlay: 10.96.4.0/24}\n',
  '1:25 serviceRange 172.17.128.0/17 overlaps podNetwork 172.17.0.0/16',
)
test(
  'host bits',
  refused,
  'cluster: {underlay: 10.0.20.1/24}\n',
  '1:21 "10.0.20.1/24" has host bits set; the network that it lies in is 10.0.20.0/24',
)
test(
  'no address',
  refused,
  'nodes: [{name: a, address: ten}]\n',
  '1:28 "ten" is not an IPv4 address; expected four numbers from 0 to 255, like 10.0.20.4',
)
test(
  'an address outside',
  refused,
  'nodes: [{name: a, address: 10.0.21.4}]\n',
  '1:28 the address 10.0.21.4 lies outside the underlay 10.0.20.0/24',
)
test(
  "the network's own address",
  refused,
  'nodes: [{name: a, address: 10.0.20.255}]\n',
  "1:28 10.0.20.255 is no host's: it is the underlay's first or last address",
)
test('two nodes of one name', refused, 'nodes: [a, a]\n', '1:12 a second node named a')
test(
  'two nodes of one address',
  refused,
  'nodes: [{name: a, address: 10.0.20.4}, {name: b, address: 10.0.20.4}]\n',
  "1:59 the address 10.0.20.4 is a's already",
)
test(
  'a pod subnet outside',
  refused,
  'nodes: [{name: a, podSubnet: 10.1.0.0/24}]\n',
  '1:30 the pod subnet 10.1.0.0/24 lies outside podNetwork 172.17.0.0/16',
)
test(
  'pod subnets that overlap',
  refused,
  'nodes: [{name: a, podSubnet: 172.17.2.0/23}, {name: b, podSubnet: 172.17.3.0/24}]\n',
  '1:67 the pod subnet 172.17.3.0/24 overlaps 172.17.2.0/23 of a',
)
test(
  'a pod subnet without room',
  refused,
  'nodes: [{name: a, podSubnet: 172.17.2.0/30}]\n',
  '1:30 the pod subnet 172.17.2.0/30 has no room for pods; expected a /29 or larger',
)
test(
  'more nodes than subnets',
  refused,
  'cluster: {podNetwork: 172.17.0.0/24}\nnodes: [a, b, c, d]\n',
  '2:18 podNetwork 172.17.0.0/24 has no subnet left for d',
)
test(
  'more nodes than addresses',
  refused,
  'cluster: {underlay: 10.0.20.0/30}\nnodes: [a, b]\n',
  '2:12 underlay 10.0.20.0/30 has no address left for b',
)

for (const [what, written, message] of [
  ['a word', 'here', '"here" is not an IPv4 address; expected four numbers from 0 to 255, like 10.0.20.4'],
  ['port 0', '"192.0.2.53:0"', '"0" is no port; expected 1 to 65535'],
  ['port 70000', '"192.0.2.53:70000"', '"70000" is no port; expected 1 to 65535'],
  ['no', 'false', 'expected true, not the boolean false'],
  ['a number', '53', 'expected true, not the number 53'],
  ['a list', '[192.0.2.53]', 'expected true, not a list'],
] as const)
  test(`${what} for the DNS server of the host`, refused, `cluster: {dns: {host: ${written}}}`, `1:23 ${message}`)
