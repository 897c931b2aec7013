import type {TestFn} from 'ava'
import type {Kernel} from '../../../src/kernel/kernel.ts'
import {parseCidr, parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseMac as mac} from '../../../src/net/mac.ts'
import {bridge, veth} from './links.ts'

/** What the kernel does by itself when something else changes: `diff` counts on it. */
export function cascades(test: TestFn, kernel: Kernel): void {
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
