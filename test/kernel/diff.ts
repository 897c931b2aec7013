import test from 'ava'
import type {Link} from '../../src/kernel/state.ts'
import {loopback, veth} from '../contract/kernel/links.ts'

import {address, direct, docker0, entry, eth0, flannel, gateway, leads, neighbour, port} from './_diff.ts'

test(
  'a node is made in an order that Linux takes',
  leads,
  {},
  {
    links: [flannel, port, docker0, eth0, loopback],
    addresses: [address('eth0', '10.0.20.4/24')],
    routes: [gateway('0.0.0.0/0', '10.1.0.1', 'eth0'), direct('10.1.0.0/24', 'eth0')],
    neighbours: [neighbour('flannel.1')],
    fdb: [entry],
    sysctls: {'net.ipv4.ip_forward': '1'},
  },
  ...[
    'ip link add name docker0 mtu 1500 address 02:42:ac:11:0d:01 up type bridge',
    'ip link add name veth1 mtu 1500 master docker0 up type veth peer name eth0 netns pod',
    'ip link add name eth0 mtu 1500 up type veth peer name node1 netns switch',
    'ip link add name flannel.1 mtu 1450 up type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
    'ip link set dev veth1 type bridge_slave hairpin on',
    'ip link set dev lo up',
    'ip addr replace 10.0.20.4/24 dev eth0',
    'ip route replace 10.1.0.0/24 dev eth0',
    'ip route replace default via 10.1.0.1 dev eth0',
    'ip neigh replace 172.17.12.0 lladdr 02:42:ac:11:0c:00 dev flannel.1 nud permanent',
    'bridge fdb replace 02:42:ac:11:0c:00 dev flannel.1 dst 10.0.20.11',
    'sysctl -w "net.ipv4.ip_forward=1"',
  ],
)

const flannel0: Link = {name: 'flannel0', kind: {type: 'tun'}, up: true, mtu: 1472}

test(
  'a tun is made bare, and set afterwards',
  leads,
  {},
  {
    links: [flannel0],
    addresses: [address('flannel0', '172.17.13.0/32')],
    routes: [direct('172.17.0.0/16', 'flannel0')],
  },
  ...[
    'ip tuntap add dev flannel0 mode tun',
    'ip link set dev flannel0 mtu 1472',
    'ip link set dev flannel0 up',
    'ip addr replace 172.17.13.0/32 dev flannel0',
    'ip route replace 172.17.0.0/16 dev flannel0',
  ],
)

test(
  'a tun gives way to a vxlan',
  leads,
  {links: [eth0, flannel0]},
  {links: [eth0, flannel]},
  ...[
    'ip link del dev flannel0',
    'ip link add name flannel.1 mtu 1450 up type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
  ],
)

test('what is as wanted is not touched', leads, {links: [loopback, docker0, port]}, {links: [port, docker0, loopback]})

test(
  'loopback, foreign links and sysctls may be left unsaid',
  leads,
  {
    links: [loopback, {name: 'tunl0', kind: {type: 'other', kind: 'ipip'}, up: false, mtu: 1480}],
    sysctls: {'net.ipv4.ip_forward': '1'},
  },
  {},
)

test(
  'a foreign link makes way for one of its name',
  leads,
  {
    links: [{...docker0, kind: {type: 'other', kind: 'dummy'}}],
  },
  {links: [docker0]},
  ...['ip link del dev docker0', 'ip link add name docker0 mtu 1500 address 02:42:ac:11:0d:01 up type bridge'],
)

test(
  'a link that goes takes all that is on it along',
  leads,
  {
    links: [eth0, flannel],
    addresses: [address('eth0', '10.0.20.4/24')],
    routes: [direct('10.1.0.0/24', 'eth0')],
    neighbours: [neighbour('flannel.1')],
    fdb: [entry],
  },
  {},
  'ip link del dev eth0',
)

test(
  'a pair within one namespace is made and deleted once',
  leads,
  {
    links: [veth('a', {netns: 'here', name: 'b'}), veth('b', {netns: 'here', name: 'a'})],
  },
  {
    links: [veth('c', {netns: 'here', name: 'd'}), veth('d', {netns: 'here', name: 'c'})],
  },
  ...[
    'ip link del dev a',
    'ip link add name c mtu 1500 up type veth peer name d netns here',
    'ip link set dev d mtu 1500',
    'ip link set dev d up',
  ],
)

test(
  'a vxlan whose device is made anew is made anew',
  leads,
  {
    links: [eth0, flannel],
    addresses: [address('flannel.1', '172.17.13.0/32')],
    fdb: [entry],
  },
  {
    links: [veth('eth0', {netns: 'other', name: 'node1'}), flannel],
    addresses: [address('flannel.1', '172.17.13.0/32')],
    fdb: [entry],
  },
  ...[
    'ip link del dev eth0',
    'ip link add name eth0 mtu 1500 up type veth peer name node1 netns other',
    'ip link add name flannel.1 mtu 1450 up type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
    'ip addr replace 172.17.13.0/32 dev flannel.1',
    'bridge fdb replace 02:42:ac:11:0c:00 dev flannel.1 dst 10.0.20.11',
  ],
)

test(
  'ports of a bridge that is made anew join again',
  leads,
  {
    links: [{...docker0, kind: {type: 'other', kind: 'dummy'}}, port],
  },
  {links: [docker0, port]},
  ...[
    'ip link del dev docker0',
    'ip link add name docker0 mtu 1500 address 02:42:ac:11:0d:01 up type bridge',
    'ip link set dev veth1 master docker0',
    'ip link set dev veth1 type bridge_slave hairpin on',
  ],
)

test(
  'the name of an end in another namespace is not observed, its namespace is',
  leads,
  {
    links: [veth('veth1', {netns: 'pod'}), veth('veth2', {netns: 'pod'})],
  },
  {links: [veth('veth1', {netns: 'pod', name: 'eth0'}), veth('veth2', {netns: 'pod2', name: 'eth0'})]},
  ...['ip link del dev veth2', 'ip link add name veth2 mtu 1500 up type veth peer name eth0 netns pod2'],
)
