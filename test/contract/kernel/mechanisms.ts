import type {TestFn} from 'ava'
import {diff} from '../../../src/kernel/diff.ts'
import type {Kernel} from '../../../src/kernel/kernel.ts'
import {emptyNetns, type Link, type NetnsState} from '../../../src/kernel/state.ts'
import {parseCidr, parseCidr6, parseNetwork, parseNetwork6} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {parseMac as mac} from '../../../src/net/mac.ts'
import {bridge, loopback, veth} from './links.ts'

/** What pods and nodes are made of can be made, and is seen as it was made. */
export function mechanisms(test: TestFn, kernel: Kernel): void {
  // node [veth1]----[eth0] pod
  test('a veth pair spans two namespaces, and each end knows where the other is', async t => {
    await kernel.create('pair-node')
    await kernel.create('pair-pod')
    const peer = {netns: 'pair-pod', name: 'eth0', mac: mac('02:42:ac:11:0d:02'), mtu: 1450}
    await kernel.apply('pair-node', [
      {op: 'addLink', link: {...veth('veth1', peer), mtu: 1450, mac: mac('02:42:00:00:00:01')}},
    ])
    const [node, pod] = [await kernel.observe('pair-node'), await kernel.observe('pair-pod')]
    t.deepEqual(node.links.slice(1), [
      {...veth('veth1', {netns: 'pair-pod'}), mtu: 1450, mac: mac('02:42:00:00:00:01')},
    ])
    t.deepEqual(pod.links.slice(1), [
      {...veth('eth0', {netns: 'pair-node'}), up: false, mtu: 1450, mac: mac('02:42:ac:11:0d:02')},
    ])
    await kernel.remove('pair-pod')
    t.deepEqual((await kernel.observe('pair-node')).links, [{...loopback, up: false}])
  })

  test('connections that the kernel does not know are forgotten already', async t => {
    await kernel.create('forgetful')
    const to = parseIp('10.96.0.10')
    await t.notThrowsAsync(
      kernel.apply('forgetful', [
        {op: 'forgetConnections', flows: {protocol: 'udp', to}},
        {op: 'forgetConnections', flows: {protocol: 'udp', port: 30053, nattedTo: parseIp('10.32.0.3')}},
      ]),
    )
  })

  // [veth1] and [veth2] are ports of docker0; their other ends lie in the same namespace
  test('a bridge has ports, one of them with hairpin', async t => {
    await kernel.create('bridge')
    const peer = (name: string) => ({netns: 'bridge', name})
    const links: Link[] = [
      {...veth('veth1', peer('end1')), master: 'docker0', hairpin: true, mac: mac('02:42:00:00:00:01')},
      {...veth('veth2', peer('end2')), master: 'docker0', hairpin: false, mac: mac('02:42:00:00:00:02')},
      {...veth('end1', peer('veth1')), mac: mac('02:42:00:00:00:03')},
      {...veth('end2', peer('veth2')), up: false, mac: mac('02:42:00:00:00:04')},
      {...bridge('docker0'), mac: mac('02:42:00:00:00:05')},
    ]
    await converge('bridge', {...emptyNetns, links})
    const observed = (await kernel.observe('bridge')).links.filter(({name}) => name !== 'lo')
    t.deepEqual(byName(observed), byName(links))
  })

  // eth0 10.0.20.4 ── underlay; flannel.1 sends what is for 172.17.12.0/24 to 10.0.20.11
  test('flannel has a vxlan with a route, a neighbour and a forwarding entry for each peer', async t => {
    await kernel.create('flannel')
    await kernel.create('flannel-switch')
    const vtep = mac('02:42:ac:11:0c:00')
    const wanted: NetnsState = {
      links: [
        {...veth('eth0', {netns: 'flannel-switch', name: 'node1'}), mac: mac('02:42:0a:00:14:04')},
        {
          ...{name: 'flannel.1', up: true, mtu: 1450, mac: mac('02:42:ac:11:0d:00')},
          kind: {type: 'vxlan', vni: 1, port: 8472, local: parseIp('10.0.20.4'), device: 'eth0'},
        },
      ],
      addresses: [
        {link: 'eth0', address: parseCidr('10.0.20.4/24')},
        {link: 'flannel.1', address: parseCidr('172.17.13.0/32')},
      ],
      routes: [
        {to: parseNetwork('0.0.0.0/0'), via: parseIp('10.0.20.1'), link: 'eth0'},
        {to: parseNetwork('172.17.12.0/24'), via: parseIp('172.17.12.0'), link: 'flannel.1', onlink: true},
      ],
      neighbours: [{link: 'flannel.1', ip: parseIp('172.17.12.0'), mac: vtep}],
      fdb: [{link: 'flannel.1', mac: vtep, remote: parseIp('10.0.20.11')}],
      sysctls: {'net.ipv4.ip_forward': '1'},
    }
    await converge('flannel', wanted)
    const {links, ...rest} = await kernel.observe('flannel', ['net.ipv4.ip_forward'])
    const {links: _, ...wantedRest} = wanted
    t.deepEqual({...rest, routes: byText(rest.routes)}, {...wantedRest, routes: byText(wanted.routes)})
    t.deepEqual(links.at(-1), wanted.links[1])
  })

  // eth0 fd00:10:0:20::4 ── underlay; flannel-v6.1 sends what is for fd00:172:17:c::/64 to fd00:10:0:20::b
  test('a namespace has IPv6 beside IPv4, and flannel a vxlan of its own for it', async t => {
    await kernel.create('flannel6')
    await kernel.create('flannel6-switch')
    await kernel.apply('flannel6', [{op: 'setSysctl', name: 'net.ipv6.conf.all.disable_ipv6', value: '0'}])
    const vtep = mac('02:42:ac:11:0c:00')
    const wanted: NetnsState = {
      links: [
        {...veth('eth0', {netns: 'flannel6-switch', name: 'node1'}), mac: mac('02:42:0a:00:14:04')},
        {
          ...{name: 'flannel-v6.1', up: true, mtu: 1430, mac: mac('02:42:ac:11:0d:00')},
          kind: {type: 'vxlan', vni: 1, port: 8472, local: parseIp6('fd00:10:0:20::4'), device: 'eth0'},
        },
      ],
      addresses: [
        {link: 'eth0', address: parseCidr('10.0.20.4/24')},
        {link: 'eth0', address: parseCidr6('fd00:10:0:20::4/64')},
        {link: 'flannel-v6.1', address: parseCidr6('fd00:172:17:d::/128')},
      ],
      routes: [
        {to: parseNetwork('0.0.0.0/0'), via: parseIp('10.0.20.1'), link: 'eth0'},
        {to: parseNetwork6('::/0'), via: parseIp6('fd00:10:0:20::1'), link: 'eth0'},
        {to: parseNetwork6('fd00:172:17:c::/64'), via: parseIp6('fd00:172:17:c::'), link: 'flannel-v6.1', onlink: true},
        {to: parseNetwork6('fd00:10:0:40::1/128'), via: parseIp6('fd00:10:0:20::b'), link: 'eth0'},
      ],
      neighbours: [
        {link: 'eth0', ip: parseIp6('fd00:10:0:20::b'), mac: mac('02:42:0a:00:14:0b')},
        {link: 'flannel-v6.1', ip: parseIp6('fd00:172:17:c::'), mac: vtep},
      ],
      fdb: [{link: 'flannel-v6.1', mac: vtep, remote: parseIp6('fd00:10:0:20::b')}],
      sysctls: {'net.ipv6.conf.all.forwarding': '1'},
    }
    const look = async () => {
      const {links, ...rest} = await kernel.observe('flannel6', Object.keys(wanted.sysctls))
      t.deepEqual(links.at(-1), wanted.links[1])
      return {...rest, ...sorted(rest)}
    }
    const {links: _, ...wantedRest} = wanted
    await converge('flannel6', wanted)
    t.deepEqual(await look(), {...wantedRest, ...sorted(wanted)})
    await kernel.apply('flannel6', [{op: 'setLink', name: 'eth0', set: {up: false}}])
    t.deepEqual(
      (await kernel.observe('flannel6')).addresses.filter(({link}) => link === 'eth0'),
      wanted.addresses.slice(0, 1),
    )
    await converge('flannel6', wanted)
    t.deepEqual(await look(), {...wantedRest, ...sorted(wanted)})
    const fewer = {...wanted, addresses: wanted.addresses.slice(1), routes: wanted.routes.slice(1)}
    await converge('flannel6', fewer)
    t.deepEqual((await kernel.observe('flannel6')).routes.length, 3)
  })

  test('rules of ip6tables are others than those of iptables', async t => {
    await kernel.create('rules6')
    const net = parseCidr6('fd00:10:96::a/128')
    const rules = [
      {matches: [{match: 'destination', net}], target: {target: 'REJECT', with: 'icmp6-port-unreachable'}},
    ] as const
    const table = {rewrite: {'KUBE-SERVICES': rules}, remove: [], insert: [], append: [], delete: []}
    const change = {backend: 'iptables', family: 'IPv6', tables: {filter: table}} as const
    await kernel.apply('rules6', [{op: 'changeRules', change}])
    t.deepEqual((await kernel.observeRules('rules6', 'IPv6')).tables.filter?.['KUBE-SERVICES'], {rules})
    t.is((await kernel.observeRules('rules6', 'IPv6')).family, 'IPv6')
    t.deepEqual((await kernel.observeRules('rules6')).tables, {})
  })

  test('rules are loaded and read back', async t => {
    await kernel.create('rules')
    const rules = [{matches: [], target: {target: 'ACCEPT'}}] as const
    const table = {rewrite: {'KUBE-SERVICES': rules}, remove: [], insert: [], append: [], delete: []}
    await kernel.apply('rules', [{op: 'changeRules', change: {backend: 'iptables', tables: {nat: table}}}])
    t.deepEqual((await kernel.observeRules('rules')).tables.nat?.['KUBE-SERVICES'], {rules})
  })

  async function converge(netns: string, wanted: NetnsState): Promise<void> {
    await kernel.apply(netns, diff(await kernel.observe(netns, Object.keys(wanted.sysctls)), wanted))
  }
}

function sorted({addresses, routes, neighbours}: Omit<NetnsState, 'links'>) {
  return {addresses: byText(addresses), routes: byText(routes), neighbours: byText(neighbours)}
}

function byText<T>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

function byName(links: readonly Link[]): Link[] {
  return links.toSorted((a, b) => a.name.localeCompare(b.name))
}
