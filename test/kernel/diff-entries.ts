import test from 'ava'
import {changes, diff} from '../../src/kernel/diff.ts'
import {emptyNetns, type NetnsState} from '../../src/kernel/state.ts'
import {cidrOf} from '../../src/net/cidr.ts'
import {ipOf, parseIp} from '../../src/net/ip.ts'
import {macOf, parseMac} from '../../src/net/mac.ts'
import {loopback, veth} from '../contract/kernel/links.ts'

import {address, direct, docker0, entry, eth0, flannel, gateway, leads, mac, neighbour, port} from './_diff.ts'

test(
  'a link that is set down keeps its addresses; routes and neighbours go by themselves',
  leads,
  {
    links: [eth0],
    addresses: [address('eth0', '10.0.20.4/24')],
    routes: [direct('10.1.0.0/24', 'eth0')],
    neighbours: [neighbour('eth0')],
  },
  {links: [{...eth0, up: false}], addresses: [address('eth0', '10.0.20.4/24')]},
  'ip link set dev eth0 down',
)

test(
  'a link with another MAC gets its neighbours back',
  leads,
  {
    links: [{...eth0, mac}],
    neighbours: [neighbour('eth0')],
  },
  {links: [{...eth0, mac: macOf(parseIp('10.0.20.4'))}], neighbours: [neighbour('eth0')]},
  ...[
    'ip link set dev eth0 address 02:42:0a:00:14:04',
    'ip neigh replace 172.17.12.0 lladdr 02:42:ac:11:0c:00 dev eth0 nud permanent',
  ],
)

test(
  'a link that loses its last address gets its routes back',
  leads,
  {
    links: [eth0],
    addresses: [address('eth0', '10.0.20.4/24')],
    routes: [direct('10.1.0.0/24', 'eth0')],
  },
  {
    links: [eth0],
    addresses: [address('eth0', '10.0.20.5/24')],
    routes: [direct('10.1.0.0/24', 'eth0')],
  },
  ...[
    'ip addr del 10.0.20.4/24 dev eth0',
    'ip addr replace 10.0.20.5/24 dev eth0',
    'ip route replace 10.1.0.0/24 dev eth0',
  ],
)

test(
  'addresses of one network go together, and come back',
  leads,
  {
    links: [eth0],
    addresses: [address('eth0', '10.0.0.1/24'), address('eth0', '10.0.0.2/24'), address('eth0', '10.1.0.1/24')],
    routes: [direct('10.1.2.0/24', 'eth0')],
  },
  {
    links: [eth0],
    addresses: [address('eth0', '10.0.0.2/24'), address('eth0', '10.1.0.1/24')],
    routes: [direct('10.1.2.0/24', 'eth0')],
  },
  'ip addr del 10.0.0.1/24 dev eth0',
  'ip addr replace 10.0.0.2/24 dev eth0',
)

test(
  'a route that changes its way is replaced at one stroke',
  leads,
  {
    links: [eth0],
    routes: [gateway('10.1.0.0/24', '10.0.20.1', 'eth0'), direct('10.2.0.0/24', 'eth0')],
  },
  {links: [eth0], routes: [gateway('10.1.0.0/24', '10.0.20.2', 'eth0')]},
  ...['ip route del 10.2.0.0/24 dev eth0', 'ip route replace 10.1.0.0/24 via 10.0.20.2 dev eth0'],
)

test(
  'a second route to one destination goes',
  leads,
  {
    links: [eth0],
    routes: [gateway('10.1.0.0/24', '10.0.20.1', 'eth0'), gateway('10.1.0.0/24', '10.0.20.2', 'eth0')],
  },
  {links: [eth0], routes: [gateway('10.1.0.0/24', '10.0.20.2', 'eth0')]},
  'ip route del 10.1.0.0/24 via 10.0.20.1 dev eth0',
)

test(
  'entries that change are replaced, others go',
  leads,
  {
    links: [eth0, flannel],
    neighbours: [neighbour('flannel.1'), {...neighbour('flannel.1'), ip: parseIp('172.17.11.0')}],
    fdb: [entry, {...entry, mac: parseMac('02:42:ac:11:0b:00')}],
  },
  {
    links: [eth0, flannel],
    neighbours: [{...neighbour('flannel.1'), mac: parseMac('02:42:00:00:00:01')}],
    fdb: [{...entry, remote: parseIp('10.0.20.12')}],
  },
  ...[
    'ip neigh del 172.17.11.0 dev flannel.1',
    'ip neigh replace 172.17.12.0 lladdr 02:42:00:00:00:01 dev flannel.1 nud permanent',
    'bridge fdb del 02:42:ac:11:0b:00 dev flannel.1 dst 10.0.20.11',
    'bridge fdb replace 02:42:ac:11:0c:00 dev flannel.1 dst 10.0.20.12',
  ],
)

test(
  'a bridge is given its MTU again when a port would pull it down',
  leads,
  {links: [docker0]},
  {
    links: [docker0, {...port, mtu: 1450, hairpin: false}],
  },
  ...[
    'ip link add name veth1 mtu 1450 master docker0 up type veth peer name eth0 netns pod',
    'ip link set dev docker0 mtu 1500',
  ],
)

test(
  'sysctls are compared by their words; those of a new link are set again',
  leads,
  {
    links: [{...eth0, kind: {type: 'bridge'}}],
    sysctls: {'net.ipv4.ip_local_port_range': '1024 65535', 'net.ipv4.conf.eth0.rp_filter': '1'},
  },
  {
    links: [eth0],
    sysctls: {'net.ipv4.ip_local_port_range': '1024\t65535', 'net.ipv4.conf.eth0.rp_filter': '1'},
  },
  ...[
    'ip link del dev eth0',
    'ip link add name eth0 mtu 1500 up type veth peer name node1 netns switch',
    'sysctl -w "net.ipv4.conf.eth0.rp_filter=1"',
  ],
)

test('from plan to plan, what both say is left to whoever changed it by hand', t => {
  const plan = {...emptyNetns, links: [docker0], routes: [direct('10.1.0.0/24', 'docker0')]}
  t.deepEqual(changes(plan, plan), [])
  t.deepEqual(changes(plan, {...plan, links: [docker0, loopback]}), [{op: 'setLink', name: 'lo', set: {up: true}}])
})

test('a node of many pods is made with four ops a pod, and two for docker0', t => {
  t.is(diff(emptyNetns, podsOnNode(1000)).length, 2 + 4 * 1000)
})

/** docker0 with a veth pair, hairpin, a route and a neighbour for each pod. */
function podsOnNode(pods: number): NetnsState {
  const ips = Array.from({length: pods}, (_, pod) => ipOf(0x0a000002 + pod))
  return {
    ...emptyNetns,
    links: [docker0, ...ips.map(ip => ({...port, ...veth(`v${ip}`, {netns: ip, name: 'eth0'})}))],
    addresses: [address('docker0', '10.255.0.1/16')],
    routes: ips.map(ip => ({to: cidrOf(ip, 32), link: 'docker0'})),
    neighbours: ips.map(ip => ({link: 'docker0', ip, mac: macOf(ip)})),
  }
}
