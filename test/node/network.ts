import test from 'ava'
import {fakeKernel} from '../../src/kernel/fake.ts'
import {KernelError} from '../../src/kernel/kernel.ts'
import {printIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {createNetwork} from '../../src/node/network.ts'
import {hostGw} from '../../src/node/overlay/host-gw.ts'
import {udp} from '../../src/node/overlay/udp.ts'
import {vxlan} from '../../src/node/overlay/vxlan.ts'
import {master, node1, node2} from '../contract/overlay.ts'
import {fakeDaemons} from './_daemons.ts'
import {quiet} from './_fakes.ts'
import {failingKernel, machineOf, plugIn} from './_nodes.ts'

/**
 *   pod-a  pod-b        node1, node2 are only known by their leases
 *     │      │
 *   ──┴docker0──  master  ──eth0── 10.0.20.0/24
 */
async function masterNetwork() {
  const {kernel, refuse} = failingKernel(fakeKernel())
  await plugIn(kernel, [master])
  const files: Record<string, string> = {}
  const deaths: string[] = []
  const {daemons, calls, die} = fakeDaemons()
  const network = createNetwork({
    netns: 'master',
    kernel,
    backend: vxlan,
    network: parseNetwork('172.17.0.0/16'),
    self: master,
    underlay: {link: 'eth0', mtu: 1500},
    machine: machineOf(master),
    daemons,
    daemonDied: error => deaths.push(error.message),
    writeFile: (path, text) => {
      files[path] = text
    },
  })
  const pods = async (...names: readonly string[]) => {
    for (const name of names) await kernel.create(name)
    return [...(await network.attach(names))].map(([name, ip]) => `${name} ${ip}`)
  }
  const applied = (before = 0) => kernel.applied('master').slice(before)
  return {kernel, network, files, pods, applied, refuse, calls, die, deaths}
}

test('a node knows its peers: a neighbour, a forwarding entry and a route for each', async t => {
  const {kernel, network, files} = await masterNetwork()
  await network.setPeers([node1, node2])
  const {routes, fdb} = await kernel.observe('master')
  t.deepEqual(
    routes.map(({to, via}) => `${to} via ${via}`).filter(route => route.includes('172.17.')),
    ['172.17.12.0/24 via 172.17.12.0', '172.17.18.0/24 via 172.17.18.0'],
  )
  t.deepEqual(
    fdb.map(({mac, remote}) => `${mac} dst ${remote}`),
    ['02:42:ac:11:0c:00 dst 10.0.20.11', '02:42:ac:11:12:00 dst 10.0.20.12'],
  )
  t.regex(printIptablesSave(await kernel.observeRules('master')), /^-A POSTROUTING .*-j FLANNEL-POSTRTG$/m)
  t.regex(files['/run/flannel/subnet.env'] ?? '', /^FLANNEL_SUBNET=172\.17\.13\.1\/24$/m)
})

test('the same peers again change nothing', async t => {
  const {network, applied} = await masterNetwork()
  await network.setPeers([node1])
  const before = applied().length
  await network.setPeers([node1])
  t.deepEqual(applied(before), [])
})

test('a peer that goes takes its entries along, and nothing else', async t => {
  const {network, applied} = await masterNetwork()
  await network.setPeers([node1, node2])
  const before = applied().length
  await network.setPeers([node1])
  t.deepEqual(applied(before).toSorted(), [
    'bridge fdb del 02:42:ac:11:12:00 dev flannel.1 dst 10.0.20.12',
    'ip neigh del 172.17.18.0 dev flannel.1',
    'ip route del 172.17.18.0/24 via 172.17.18.0 dev flannel.1 onlink',
  ])
})

test('pods get addresses one after the other, a port of docker0 each, and a way out', async t => {
  const {kernel, network, pods} = await masterNetwork()
  await network.setPeers([])
  t.deepEqual(await pods('pod-a', 'pod-b'), ['pod-a 172.17.13.2', 'pod-b 172.17.13.3'])
  const {links} = await kernel.observe('master')
  t.is(links.filter(link => link.master === 'docker0').length, 2)
  const inside = await kernel.observe('pod-b')
  t.is(inside.addresses.find(({link}) => link === 'eth0')?.address, '172.17.13.3/24' as never)
  t.true(inside.routes.some(({to, via}) => `${to} via ${via}` === '0.0.0.0/0 via 172.17.13.1'))
  t.true(inside.links.every(({up}) => up))
})

test('a pod that goes leaves nothing in its node, and its address is not given out again at once', async t => {
  const {kernel, network, pods} = await masterNetwork()
  await network.setPeers([])
  await pods('pod-a')
  await network.detach(['pod-a'])
  const {links, neighbours} = await kernel.observe('master')
  t.deepEqual(
    links.map(({name}) => name),
    ['lo', 'eth0', 'docker0', 'flannel.1'],
  )
  t.false(neighbours.some(({ip}) => ip.startsWith('172.17.13.')))
  t.deepEqual(await pods('pod-b'), ['pod-b 172.17.13.3'])
})

test('changes that are asked for at once are made one after the other, and all of them', async t => {
  const {kernel, network, pods} = await masterNetwork()
  await Promise.all([network.setPeers([node1]), pods('pod-a'), network.setPeers([node1, node2]), pods('pod-b')])
  const {routes, links} = await kernel.observe('master')
  t.is(routes.filter(({link}) => link === 'flannel.1').length, 2)
  t.is(links.filter(link => link.master === 'docker0').length, 2)
})

test('a change that the kernel refuses is told, and made with the next', async t => {
  const {kernel, network, refuse} = await masterNetwork()
  await network.setPeers([])
  refuse('replaceRoute')
  const error = await t.throwsAsync(network.setPeers([node1]), {instanceOf: KernelError})
  t.regex(
    error?.message ?? '',
    /^Network is unreachable: ip route replace .*172\.17\.12\.0.*in network namespace master/,
  )
  refuse(undefined)
  await network.setPeers([node1])
  t.is((await kernel.observe('master')).routes.filter(({link}) => link === 'flannel.1').length, 1)
})

test('a pod whose namespace is not there is refused, and forgotten once it is detached', async t => {
  const {network, pods} = await masterNetwork()
  await network.setPeers([])
  await t.throwsAsync(network.attach(['pod-gone']), {message: /pod-gone/})
  await network.detach(['pod-gone'])
  t.deepEqual(await pods('pod-a'), ['pod-a 172.17.13.3'])
})

test('what a learner does by hand stays', async t => {
  const {kernel, network, pods} = await masterNetwork()
  await network.setPeers([node1])
  await kernel.apply('master', [{op: 'setLink', name: 'flannel.1', set: {up: false}}])
  await pods('pod-a')
  t.false((await kernel.observe('master')).links.find(({name}) => name === 'flannel.1')?.up)
})

test('another backend takes the place of the first, down to the MTU of the pods', async t => {
  const {kernel, network, files, pods, applied} = await masterNetwork()
  await network.setPeers([node1])
  await pods('pod-a')
  const before = applied().length
  await network.setPeers([node1], hostGw)
  const {links, routes} = await kernel.observe('master')
  t.deepEqual(
    links.filter(({name}) => name !== 'lo').map(({name, mtu}) => `${name.replace(/^veth.*/, 'veth')} ${mtu}`),
    ['eth0 1500', 'docker0 1500', 'veth 1500'],
  )
  t.deepEqual(
    routes.map(({to, via, link}) => `${to} via ${via} dev ${link}`),
    ['172.17.12.0/24 via 10.0.20.11 dev eth0'],
  )
  t.is((await kernel.observe('pod-a')).links.find(({name}) => name === 'eth0')?.mtu, 1500)
  t.regex(files['/run/flannel/subnet.env'] ?? '', /^FLANNEL_MTU=1500$/m)
  t.true(applied(before).includes('ip link del dev flannel.1'))

  await network.setPeers([node1], vxlan)
  t.is((await kernel.observe('pod-a')).links.find(({name}) => name === 'eth0')?.mtu, 1450)
  t.deepEqual(
    (await kernel.observe('master')).routes.map(({to, link}) => `${to} dev ${link}`),
    ['172.17.12.0/24 dev flannel.1'],
  )
})

test('a daemon is started when its link is there, hears of new peers, and is stopped before its link goes', async t => {
  const {kernel, network, calls, applied} = await masterNetwork()
  await network.setPeers([node1], udp)
  t.deepEqual(calls, ['start flannel-udp in master for 10.0.20.11'])
  t.true(applied().includes('ip tuntap add dev flannel0 mode tun'))
  await network.setPeers([node1, node2])
  t.is(calls.at(-1), 'adopt 10.0.20.11 10.0.20.12')
  await network.setPeers([node1, node2], vxlan)
  t.is(calls.at(-1), 'stop flannel-udp')
  t.false((await kernel.observe('master')).links.some(({name}) => name === 'flannel0'))
})

test('a daemon that dies takes its link along, is heard of, and both come back with the next change', async t => {
  const {kernel, network, calls, die, deaths} = await masterNetwork()
  await network.setPeers([node1], udp)
  die('master', 'flannel0 is gone')
  await quiet()
  t.deepEqual(deaths, ['flannel0 is gone'])
  const links = async () => (await kernel.observe('master')).links.map(({name}) => name)
  t.false((await links()).includes('flannel0'))
  await network.setPeers([node1])
  t.true((await links()).includes('flannel0'))
  t.is(calls.at(-1), 'start flannel-udp in master for 10.0.20.11')
  t.deepEqual(
    (await kernel.observe('master')).routes.map(({to, link}) => `${to} dev ${link}`),
    ['172.17.0.0/16 dev flannel0'],
  )
})
