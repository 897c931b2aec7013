import type {TestFn} from 'ava'
import {type Kernel, KernelError} from '../../../src/kernel/kernel.ts'
import type {Op} from '../../../src/kernel/op.ts'
import {parseCidr, parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseMac as mac} from '../../../src/net/mac.ts'
import {bridge, veth} from './links.ts'

/** An op that fails names its line; one that has nothing left to do does not fail. */
export function refusals(test: TestFn, kernel: Kernel): void {
  const refused = test.macro({
    exec: async (t, {netns, ops, line, said}: Refused) => {
      await kernel.create(netns)
      const error = await t.throwsAsync<KernelError>(kernel.apply(netns, ops), {instanceOf: KernelError})
      t.like(error, {code: 'op-failed', netns, line})
      t.regex(error?.message ?? '', said)
      t.true(error?.message.includes(line), error?.message)
    },
    title: (_, {netns, line}: Refused) => `${line} is refused (${netns})`,
  })
  for (const row of refusedOps) test(refused, row)

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

/** Ops of which the last is refused: the line that is to blame, and what the kernel says. */
type Refused = {readonly netns: string; readonly ops: readonly Op[]; readonly line: string; readonly said: RegExp}

const neighbour = {link: 'nix', ip: parseIp('10.0.0.9'), mac: mac('02:42:00:00:00:09')}
const down: Op = {op: 'addLink', link: {...bridge('br0'), up: false}}
const up: Op = {op: 'setLink', name: 'br0', set: {up: true}}
const to = parseNetwork('10.9.0.0/24')

const refusedOps: readonly Refused[] = [
  {
    netns: 'no-link',
    ops: [down, up, {op: 'setLink', name: 'nix', set: {up: true}}],
    line: 'link set dev nix up',
    said: /Cannot find device/,
  },
  {
    netns: 'down-link',
    ops: [down, {op: 'replaceRoute', route: {to, link: 'br0'}}],
    line: 'route replace 10.9.0.0/24 dev br0',
    said: /not up|down/,
  },
  {
    netns: 'no-way',
    ops: [down, up, {op: 'replaceRoute', route: {to, via: parseIp('10.7.0.1'), link: 'br0'}}],
    line: 'route replace 10.9.0.0/24 via 10.7.0.1 dev br0',
    said: /invalid gateway|unreachable/,
  },
  {
    netns: 'no-master',
    ops: [down, {op: 'setLink', name: 'br0', set: {up: true, master: 'nix'}}],
    line: 'link set dev br0 master nix up',
    said: /does not exist|Cannot find/,
  },
  {
    netns: 'no-peer',
    ops: [down, up, {op: 'addLink', link: veth('veth1', {netns: 'nowhere', name: 'eth0'})}],
    line: 'link add name veth1 mtu 1500 up type veth peer name eth0 netns nowhere',
    said: /"nowhere" is wrong/,
  },
  {
    netns: 'taken',
    ops: [down, {op: 'addLink', link: veth('br0', {netns: 'taken', name: 'x'})}],
    line: 'link add name br0 mtu 1500 up type veth peer name x netns taken',
    said: /File exists/,
  },
  {
    netns: 'no-port',
    ops: [down, {op: 'setLink', name: 'br0', set: {hairpin: true}}],
    line: 'link set dev br0 type bridge_slave hairpin on',
    said: /not supported/,
  },
  {
    netns: 'long-name',
    ops: [down, {op: 'addLink', link: bridge('sixteen-letters-')}],
    line: 'link add name sixteen-letters- mtu 1500 up type bridge',
    said: /not a valid ifname/,
  },
  {
    netns: 'no-neighbour',
    ops: [down, up, {op: 'replaceNeighbour', neighbour}],
    line: 'neigh replace 10.0.0.9 lladdr 02:42:00:00:00:09 dev nix nud permanent',
    said: /Cannot find device/,
  },
  {
    netns: 'no-fdb',
    ops: [down, {op: 'replaceFdb', entry: {link: 'nix', mac: neighbour.mac, remote: neighbour.ip}}],
    line: 'fdb replace 02:42:00:00:00:09 dev nix dst 10.0.0.9',
    said: /Cannot find device/,
  },
  {
    netns: 'no-sysctl',
    ops: [
      {op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'},
      {op: 'setSysctl', name: 'net.ipv4.conf.nix.rp_filter', value: '1'},
    ],
    line: 'net.ipv4.conf.nix.rp_filter=1',
    said: /No such file/,
  },
]
