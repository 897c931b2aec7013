import type {TestFn} from 'ava'
import {diff} from '../../../src/kernel/diff.ts'
import type {Kernel} from '../../../src/kernel/kernel.ts'
import {emptyNetns, type Link, type NetnsState} from '../../../src/kernel/state.ts'
import {parseCidr, parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
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

function byText<T>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

function byName(links: readonly Link[]): Link[] {
  return links.toSorted((a, b) => a.name.localeCompare(b.name))
}
