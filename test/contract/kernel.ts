import {deepStrictEqual as deepEqual} from 'node:assert/strict'
import type {TestFn} from 'ava'
import fc from 'fast-check'
import {diff} from '../../src/kernel/diff.ts'
import {type Kernel, KernelError} from '../../src/kernel/kernel.ts'
import type {Op} from '../../src/kernel/op.ts'
import {emptyNetns, type Link, type NetnsState} from '../../src/kernel/state.ts'
import {parseCidr, parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {parseMac} from '../../src/net/mac.ts'
import {anyState, sysctlNames} from './netns-states.ts'

/** What every kernel does. `runs` bounds the random tests. */
export function kernelContract(test: TestFn, kernel: Kernel, {runs}: {runs: number}): void {
  creation(test, kernel)
  convergence(test, kernel, runs)
  mechanisms(test, kernel)
  cascades(test, kernel)
  refusals(test, kernel)
}

function creation(test: TestFn, kernel: Kernel): void {
  test('a new namespace holds loopback, down', async t => {
    await kernel.create('new')
    t.deepEqual(await kernel.observe('new'), {...emptyNetns, links: [{...loopback, up: false}]})
    t.deepEqual(await kernel.observeRules('new'), {backend: 'iptables', tables: {}})
  })

  test('a namespace cannot be made twice', async t => {
    await kernel.create('twice')
    await t.throwsAsync(kernel.create('twice'), {instanceOf: KernelError, code: 'netns-exists', message: /twice/})
  })

  test('a namespace that is removed can be made again', async t => {
    await kernel.create('again')
    await kernel.apply('again', [{op: 'addLink', link: bridge('br0')}])
    await kernel.remove('again')
    await t.throwsAsync(kernel.observe('again'), {code: 'no-such-netns'})
    await kernel.create('again')
    t.deepEqual((await kernel.observe('again')).links, [{...loopback, up: false}])
  })

  test('a namespace that nobody made cannot be removed, seen or changed', async t => {
    const unknown = {instanceOf: KernelError, code: 'no-such-netns', message: /nowhere/}
    await t.throwsAsync(kernel.remove('nowhere'), unknown)
    await t.throwsAsync(kernel.observe('nowhere'), unknown)
    await t.throwsAsync(kernel.observeRules('nowhere'), unknown)
    await t.throwsAsync(kernel.apply('nowhere', [{op: 'setLink', name: 'lo', set: {up: true}}]), unknown)
  })

  test('a name that leads out of its folder names no namespace', async t => {
    await t.throwsAsync(kernel.create('../x'), {instanceOf: KernelError})
    await t.throwsAsync(kernel.create(''), {instanceOf: KernelError})
  })
}

function convergence(test: TestFn, kernel: Kernel, runs: number): void {
  test('from any state to any state, nothing is left to do afterwards', async t => {
    let world = 0
    const property = fc.asyncProperty(
      fc.array(anyState({here: 'HERE', there: 'THERE'}), {minLength: 2, maxLength: 3}),
      async states => {
        const [here, there] = [`here${++world}`, `there${world}`]
        await kernel.create(here)
        await kernel.create(there)
        for (const state of states) {
          const wanted = inNamespaces(state, {here, there})
          const ops = diff(await kernel.observe(here, sysctlNames), wanted)
          await kernel.apply(here, ops)
          deepEqual(diff(await kernel.observe(here, sysctlNames), wanted), [], 'once')
          await kernel.apply(here, ops)
          deepEqual(diff(await kernel.observe(here, sysctlNames), wanted), [], 'applied twice')
        }
        await kernel.remove(here)
        deepEqual((await kernel.observe(there)).links, [{...loopback, up: false}])
        await kernel.remove(there)
      },
    )
    await t.notThrowsAsync(fc.assert(property, {numRuns: runs, interruptAfterTimeLimit: 20_000}))
  })
}

function mechanisms(test: TestFn, kernel: Kernel): void {
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

function cascades(test: TestFn, kernel: Kernel): void {
  const ground = async (netns: string) => {
    await kernel.create(netns)
    await kernel.apply(netns, [
      {op: 'addLink', link: veth('u0', {netns, name: 'u1'})},
      {op: 'addAddress', address: {link: 'u0', address: parseCidr('10.0.0.1/24')}},
      {op: 'addAddress', address: {link: 'u0', address: parseCidr('10.0.0.2/24')}},
      {op: 'replaceRoute', route: {to: parseNetwork('10.9.0.0/24'), via: parseIp('10.0.0.77'), link: 'u0'}},
      {op: 'replaceNeighbour', neighbour: {link: 'u0', ip: parseIp('10.0.0.77'), mac: mac('02:42:00:00:00:09')}},
    ])
  }

  test('a link that goes down keeps its addresses and loses routes and neighbours', async t => {
    await ground('down')
    await kernel.apply('down', [{op: 'setLink', name: 'u0', set: {up: false}}])
    const {addresses, routes, neighbours} = await kernel.observe('down')
    t.deepEqual([addresses.length, routes.length, neighbours.length], [2, 0, 0])
  })

  test('a primary address takes its secondaries along, and the last one routes and neighbours', async t => {
    await ground('primary')
    await kernel.apply('primary', [{op: 'deleteAddress', address: {link: 'u0', address: parseCidr('10.0.0.1/24')}}])
    const {addresses, routes, neighbours} = await kernel.observe('primary')
    t.deepEqual([addresses.length, routes.length, neighbours.length], [0, 0, 0])
  })

  test('a link with another MAC forgets its neighbours', async t => {
    await ground('mac')
    await kernel.apply('mac', [{op: 'setLink', name: 'u0', set: {mac: mac('02:42:00:00:00:0a')}}])
    const {routes, neighbours} = await kernel.observe('mac')
    t.deepEqual([routes.length, neighbours.length], [1, 0])
  })

  test('with one end of a pair goes the other, and the vxlan on it', async t => {
    await ground('chain')
    const kind = {type: 'vxlan', vni: 7, port: 8472, local: parseIp('10.0.0.1'), device: 'u0'} as const
    await kernel.apply('chain', [
      {op: 'addLink', link: {name: 'vx', up: true, mtu: 1450, kind}},
      {op: 'deleteLink', name: 'u1'},
    ])
    t.deepEqual(
      (await kernel.observe('chain')).links.map(({name}) => name),
      ['lo'],
    )
  })

  test('a bridge that goes leaves its ports behind', async t => {
    await ground('ports')
    await kernel.apply('ports', [
      {op: 'addLink', link: bridge('br0')},
      {op: 'setLink', name: 'u1', set: {master: 'br0'}},
      {op: 'deleteLink', name: 'br0'},
    ])
    t.deepEqual((await kernel.observe('ports')).links.map(({name, master}) => `${name} ${master}`).sort(), [
      ...['lo undefined', 'u0 undefined', 'u1 undefined'],
    ])
  })

  test('a bridge takes the least MTU of its ports until it is given one', async t => {
    await ground('mtu')
    const mtu = async () => (await kernel.observe('mtu')).links.find(({name}) => name === 'br0')?.mtu
    await kernel.apply('mtu', [
      {op: 'addLink', link: bridge('br0')},
      {op: 'setLink', name: 'u1', set: {mtu: 1400, master: 'br0'}},
    ])
    t.is(await mtu(), 1400)
    await kernel.apply('mtu', [{op: 'setLink', name: 'br0', set: {mtu: 1450}}])
    await kernel.apply('mtu', [{op: 'setLink', name: 'u1', set: {mtu: 1300}}])
    t.is(await mtu(), 1450)
  })
}

function refusals(test: TestFn, kernel: Kernel): void {
  const refused = test.macro({
    exec: async (t, netns: string, ops: readonly Op[], line: string, said: RegExp) => {
      await kernel.create(netns)
      const error = await t.throwsAsync<KernelError>(kernel.apply(netns, ops), {instanceOf: KernelError})
      t.is(error?.code, 'op-failed')
      t.is(error?.netns, netns)
      t.is(error?.line, line)
      t.regex(error?.message ?? '', said)
      t.true(error?.message.includes(line), error?.message)
    },
    title: (_, netns, __, line) => `${line} is refused (${netns})`,
  })
  const route: Op = {op: 'replaceRoute', route: {to: parseNetwork('10.9.0.0/24'), link: 'br0'}}
  const down: Op = {op: 'addLink', link: {...bridge('br0'), up: false}}
  const up: Op = {op: 'setLink', name: 'br0', set: {up: true}}
  const via: Op = {op: 'replaceRoute', route: {to: parseNetwork('10.9.0.0/24'), via: parseIp('10.7.0.1'), link: 'br0'}}
  const pair = (netns: string, name: string): Op => ({op: 'addLink', link: veth('veth1', {netns, name})})
  const neighbour = {link: 'nix', ip: parseIp('10.0.0.9'), mac: mac('02:42:00:00:00:09')}

  test(
    refused,
    'no-link',
    [down, up, {op: 'setLink', name: 'nix', set: {up: true}}],
    'link set dev nix up',
    /Cannot find/,
  )
  test(refused, 'down-link', [down, route], 'route replace 10.9.0.0/24 dev br0', /not up|down/)
  test(refused, 'no-way', [down, up, via], 'route replace 10.9.0.0/24 via 10.7.0.1 dev br0', /gateway|unreachable/)
  test(
    ...([refused, 'no-master', [down, {op: 'setLink', name: 'br0', set: {up: true, master: 'nix'}}]] as const),
    ...(['link set dev br0 master nix up', /not exist|Cannot find/] as const),
  )
  test(
    ...([refused, 'no-peer', [down, up, pair('nowhere', 'eth0')]] as const),
    ...(['link add name veth1 mtu 1500 up type veth peer name eth0 netns nowhere', /nowhere/] as const),
  )
  test(
    ...([refused, 'taken', [down, {op: 'addLink', link: veth('br0', {netns: 'taken', name: 'x'})}]] as const),
    ...(['link add name br0 mtu 1500 up type veth peer name x netns taken', /exists/] as const),
  )
  test(
    ...([refused, 'no-port', [down, {op: 'setLink', name: 'br0', set: {hairpin: true}}]] as const),
    ...(['link set dev br0 type bridge_slave hairpin on', /not supported/] as const),
  )
  test(
    ...([refused, 'long-name', [down, {op: 'addLink', link: bridge('sixteen-letters-')}]] as const),
    ...(['link add name sixteen-letters- mtu 1500 up type bridge', /not a valid ifname/] as const),
  )
  test(
    ...([refused, 'no-neighbour', [down, up, {op: 'replaceNeighbour', neighbour}]] as const),
    ...(['neigh replace 10.0.0.9 lladdr 02:42:00:00:00:09 dev nix nud permanent', /Cannot find/] as const),
  )
  test(
    ...([
      refused,
      'no-fdb',
      [down, {op: 'replaceFdb', entry: {link: 'nix', mac: neighbour.mac, remote: neighbour.ip}}],
    ] as const),
    ...(['fdb replace 02:42:00:00:00:09 dev nix dst 10.0.0.9', /Cannot find/] as const),
  )
  test(
    ...([refused, 'no-sysctl', [{op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'}, noSysctl]] as const),
    ...(['net.ipv4.conf.nix.rp_filter=1', /No such file/] as const),
  )

  test('what is gone already can be deleted', async t => {
    await kernel.create('gone')
    await kernel.apply('gone', [
      {op: 'addLink', link: bridge('br0')},
      {op: 'deleteLink', name: 'nix'},
      {op: 'deleteLink', name: 'br0'},
      {op: 'deleteLink', name: 'br0'},
      {op: 'addLink', link: bridge('br1')},
      {op: 'deleteAddress', address: {link: 'br1', address: parseCidr('10.0.0.1/24')}},
      {op: 'deleteRoute', route: {to: parseNetwork('10.9.0.0/24'), link: 'br1'}},
      {op: 'deleteNeighbour', neighbour: {...neighbour, link: 'br1'}},
      {op: 'deleteNeighbour', neighbour},
      {op: 'deleteFdb', entry: {link: 'br1', mac: neighbour.mac, remote: neighbour.ip}},
      {op: 'setLink', name: 'lo', set: {up: true}},
    ])
    const {links} = await kernel.observe('gone')
    t.deepEqual(
      links.map(({name, up}) => `${name} ${up}`),
      ['lo true', 'br1 true'],
    )
  })

  test('a link that is there already, of the same kind, stays', async t => {
    await kernel.create('same')
    const ops: Op[] = [
      {op: 'addLink', link: bridge('br0')},
      {op: 'addLink', link: veth('veth1', {netns: 'same', name: 'veth2'})},
      {op: 'addAddress', address: {link: 'br0', address: parseCidr('10.0.0.1/24')}},
    ]
    await kernel.apply('same', ops)
    const before = await kernel.observe('same')
    await kernel.apply('same', ops)
    t.deepEqual(await kernel.observe('same'), before)
  })
}

const loopback: Link = {name: 'lo', kind: {type: 'loopback'}, up: true, mtu: 65536}
const noSysctl: Op = {op: 'setSysctl', name: 'net.ipv4.conf.nix.rp_filter', value: '1'}
const mac = parseMac

function bridge(name: string): Link {
  return {name, kind: {type: 'bridge'}, up: true, mtu: 1500}
}

function veth(name: string, peer: Extract<Link['kind'], {readonly type: 'veth'}>['peer']): Link {
  return {name, kind: {type: 'veth', peer}, up: true, mtu: 1500}
}

function byText<T>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

function byName(links: readonly Link[]): Link[] {
  return links.toSorted((a, b) => a.name.localeCompare(b.name))
}

/** A state for the namespaces of this run; the generator cannot know their names. */
function inNamespaces(state: NetnsState, {here, there}: {here: string; there: string}): NetnsState {
  const netnses: Readonly<Record<string, string>> = {HERE: here, THERE: there}
  const links = state.links.map((link): Link => {
    if (link.kind.type !== 'veth') return link
    const {peer} = link.kind
    return {...link, kind: {type: 'veth', peer: {...peer, netns: netnses[peer.netns] ?? peer.netns}}}
  })
  return {...state, links}
}
