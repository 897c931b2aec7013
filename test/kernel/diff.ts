import test from 'ava'
import {changes, diff} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {cidrOf, parseCidr, parseNetwork} from '../../src/net/cidr.ts'
import {ipOf, parseIp} from '../../src/net/ip.ts'
import {macOf, parseMac} from '../../src/net/mac.ts'
import {bridge, loopback, veth} from '../contract/kernel/links.ts'

const leads = test.macro({
  exec: (t, observed: Partial<NetnsState>, wanted: Partial<NetnsState>, ...commands: string[]) =>
    t.deepEqual(
      diff({...emptyNetns, ...observed}, {...emptyNetns, ...wanted}).map(op => commandOf(print(op))),
      commands,
    ),
  title: (title = '') => title,
})

const mac = parseMac('02:42:ac:11:0c:00')
const docker0: Link = {...bridge('docker0'), mac: parseMac('02:42:ac:11:0d:01')}
const port: Link = {...veth('veth1', {netns: 'pod', name: 'eth0'}), master: 'docker0', hairpin: true}
const eth0 = veth('eth0', {netns: 'switch', name: 'node1'})
const flannel: Link = {
  ...{name: 'flannel.1', up: true, mtu: 1450},
  kind: {type: 'vxlan', vni: 1, port: 8472, local: parseIp('10.0.20.4'), device: 'eth0'},
}
const address = (link: string, text: string) => ({link, address: parseCidr(text)})
const entry = {link: 'flannel.1', mac, remote: parseIp('10.0.20.11')}
const neighbour = (link: string) => ({link, ip: parseIp('172.17.12.0'), mac})
const direct = (text: string, link: string) => ({to: parseNetwork(text), link})
const gateway = (text: string, via: string, link: string) => ({to: parseNetwork(text), via: parseIp(via), link})

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

test('ten times the pods take about ten times the time', t => {
  const time = (pods: number) => {
    const state = podsOnNode(pods)
    const half = podsOnNode(pods / 2)
    const start = performance.now()
    t.is(diff(emptyNetns, state).length, 2 + 4 * pods)
    diff(half, state)
    diff(state, half)
    return performance.now() - start
  }
  time(2000) // warm
  const [small, large] = [time(2000), time(20_000)]
  t.true(large < 60 * small, `2000 pods take ${small} ms, 20000 take ${large} ms`)
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
