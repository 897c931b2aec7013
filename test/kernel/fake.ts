import test from 'ava'
import {fakeKernel} from '../../src/kernel/fake.ts'
import type {Link} from '../../src/kernel/state.ts'
import {kernelContract} from '../contract/kernel.ts'

kernelContract(test, fakeKernel(), {runs: 300})

test('a tun begins without settings and without a MAC, and making it again sets it', async t => {
  const kernel = fakeKernel()
  await kernel.create('node2')
  const link: Link = {name: 'flannel0', kind: {type: 'tun'}, up: true, mtu: 1472}
  await kernel.apply('node2', [{op: 'addLink', link}])
  t.deepEqual((await kernel.observe('node2')).links[1], {...link, up: false, mtu: 1500})
  await kernel.apply('node2', [{op: 'addLink', link}])
  t.deepEqual((await kernel.observe('node2')).links[1], link)
})

test('the fake tells what was applied, as commands', async t => {
  const kernel = fakeKernel()
  await kernel.create('node1')
  await kernel.apply('node1', [
    {op: 'setLink', name: 'lo', set: {up: true}},
    {op: 'setSysctl', name: 'net.ipv4.ip_forward', value: '1'},
  ])
  t.deepEqual(kernel.netnses(), ['node1'])
  t.deepEqual(kernel.applied('node1'), ['ip link set dev lo up', 'sysctl -w "net.ipv4.ip_forward=1"'])
})
