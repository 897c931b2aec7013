import test from 'ava'
import {fakeKernel} from '../../src/kernel/fake.ts'
import {printIpvsTable} from '../../src/kernel/ipvs/change.ts'
import {parseIpvsTable} from '../../src/kernel/ipvs/parse.ts'
import type {IpvsChange, IpvsConnections, IpvsTable, VirtualServer} from '../../src/kernel/ipvs/table.ts'
import {type Kernel, KernelError} from '../../src/kernel/kernel.ts'
import type {Op} from '../../src/kernel/op.ts'
import {parseIp} from '../../src/net/ip.ts'
import {defaultProxyConfiguration} from '../../src/node/proxy/configuration.ts'
import {createProxyLoop} from '../../src/node/proxy-loop.ts'
import type {Service} from '../../src/objects/service.ts'
import {sampleSlice} from '../objects/_samples.ts'
import {silent} from './_fakes.ts'

const kubia: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'kubia', namespace: 'default'},
  spec: {clusterIP: '10.98.237.175', ports: [{port: 80, targetPort: 8080}]},
}
const modes = (mode: 'ipvs' | 'iptables') => ({...defaultProxyConfiguration, mode})
const sliceOf = (...ips: readonly string[]) => sampleSlice('kubia', ips)
const address = {link: 'kube-ipvs0', address: '10.98.237.175/32'}

/** kube-proxy on a fake node whose ip_vs counts these connections. */
async function loopOn({again = false, kernel: fake = fakeKernel()} = {}) {
  let connections: IpvsConnections = {}
  let broken: string | undefined
  const kernel: Kernel = {
    ...fake,
    observeServers: async netns => {
      if (broken !== undefined) throw new KernelError(broken, {code: 'unreadable', netns})
      return fake.observeServers(netns)
    },
    observeConnections: async (netns, servers) => ({
      ...(await fake.observeConnections(netns, servers)),
      ...connections,
    }),
  }
  if (!again) await kernel.create('node1')
  const node = () => ({nodeName: 'node1', addresses: [parseIp('10.0.20.11')]})
  const loop = createProxyLoop({netns: 'node1', kernel, node, again, log: silent})
  const servers = async () => printIpvsTable((await fake.observeServers('node1')).table)
  return {
    ...{loop, kernel: fake, servers},
    count: (next: IpvsConnections) => {
      connections = next
    },
    breakDown: (why: string) => {
      broken = why
    },
  }
}

const server = (ip: string, weight = 1) => `-a -t 10.98.237.175:80 -r ${ip}:8080 -m -w ${weight}\n`
const virtual = '-A -t 10.98.237.175:80 -s rr\n'

test('a Service becomes an address, sets and a virtual server', async t => {
  const {loop, kernel, servers} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.deepEqual((await kernel.observe('node1')).addresses, [address] as never)
  t.deepEqual((await kernel.observeSets('node1'))['KUBE-CLUSTER-IP']?.entries, ['10.98.237.175,tcp:80'])
  t.is(await servers(), virtual + server('172.17.12.2'))
})

test('in another mode nothing of it is left', async t => {
  const {loop, kernel, servers} = await loopOn()
  for (const mode of ['iptables', 'ipvs', 'iptables'] as const)
    await loop.sync([kubia], [sliceOf('172.17.12.2')], modes(mode))
  const {links, addresses} = await kernel.observe('node1')
  t.deepEqual(
    [links.map(({name}) => name), addresses, await kernel.observeSets('node1'), await servers()],
    [['lo'], [], {}, ''],
  )
})

test('the new rules come before the old address goes', async t => {
  const {loop, kernel} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  const before = kernel.applied('node1').length
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('iptables'))
  const tools = kernel
    .applied('node1')
    .slice(before)
    .map(command => command.split(' ').slice(0, 2).join(' '))
  t.deepEqual(
    tools.map(tool => tool.split('\n')[0]),
    ['sysctl -w', 'iptables-restore *mangle', 'ipvsadm -D', 'ipset destroy', 'ip link'],
  )
})

test('an endpoint with an open connection stays at weight 0 until that has ended', async t => {
  const {loop, servers, count} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')], modes('ipvs'))
  const key = '-t 10.98.237.175:80'
  count({[key]: {'172.17.13.2:8080': {active: 1, inactive: 0}}})
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.is(await servers(), virtual + server('172.17.12.2') + server('172.17.13.2', 0))
  t.true(loop.hasLeavers())
  count({})
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.is(await servers(), virtual + server('172.17.12.2'))
  t.false(loop.hasLeavers())
})

test('one without connections goes at once, never without having been told to take no more', async t => {
  const {loop, kernel, servers} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')], modes('ipvs'))
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.is(await servers(), virtual + server('172.17.12.2'))
  const told = kernel
    .applied('node1')
    .filter(command => command.startsWith('ipvsadm'))
    .slice(1)
  t.deepEqual(told, [
    'ipvsadm -e -t 10.98.237.175:80 -r 172.17.13.2:8080 -m -w 0\n',
    'ipvsadm -d -t 10.98.237.175:80 -r 172.17.13.2:8080\n',
  ])
})

test('a kube-proxy that starts again takes up what is there', async t => {
  const first = await loopOn()
  await first.loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')], modes('ipvs'))
  const {loop, kernel, servers} = await loopOn({again: true, kernel: first.kernel})
  const before = kernel.applied('node1').length
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')], modes('ipvs'))
  const told = kernel
    .applied('node1')
    .slice(before)
    .map(command => command.split(' ')[0])
  t.deepEqual([...new Set(told)].toSorted(), ['nft', 'sysctl'], "nothing but switches, and no table of another mode's")
  await loop.sync([], [], modes('ipvs'))
  t.is(await servers(), '')
  t.deepEqual((await kernel.observe('node1')).addresses, [])
})

test('where the kernel has no ip_vs the old rules stay as they are', async t => {
  const {loop, kernel, breakDown} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('iptables'))
  const before = kernel.applied('node1').length
  breakDown("Can't initialize ipvs: Permission denied")
  await t.throwsAsync(loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs')), {message: /Permission denied/})
  t.is(kernel.applied('node1').length, before)
})

test('a set that somebody emptied is noticed with the rules, and filled again', async t => {
  const {loop, kernel, servers} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.false(await loop.isFlushed())
  const {tables} = await kernel.observeRules('node1')
  const flush = Object.fromEntries(
    Object.entries(tables).map(([name, chains]) => [
      name,
      {
        rewrite: Object.fromEntries(Object.keys(chains).map(chain => [chain, []])),
        remove: Object.keys(chains).filter(chain => chain.startsWith('KUBE-')),
        ...{insert: [], append: [], delete: []},
      },
    ]),
  )
  for (const table of Object.values(flush)) for (const gone of table.remove) delete table.rewrite[gone]
  await kernel.apply('node1', [
    {op: 'changeRules', change: {backend: 'iptables', tables: flush}},
    {
      op: 'changeSets',
      change: {
        backend: 'ipset',
        commands: [],
        set: {'KUBE-CLUSTER-IP': {type: 'hash:ip,port', entries: []}},
        remove: [],
      },
    },
    {op: 'changeServers', change: {backend: 'ipvs', commands: [], set: {}, remove: ['-t 10.98.237.175:80']}},
  ])
  t.true(await loop.isFlushed())
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.deepEqual((await kernel.observeSets('node1'))['KUBE-CLUSTER-IP']?.entries, ['10.98.237.175,tcp:80'])
  t.is(await servers(), virtual + server('172.17.12.2'))
})

const key = '-t 10.98.237.175:80'
const hands: Readonly<Record<string, readonly Op[]>> = {
  'ipvsadm -C': [{op: 'changeServers', change: {backend: 'ipvs', commands: [], set: {}, remove: [key]}}],
  'a virtual server of somebody’s own': [
    {op: 'changeServers', change: changeTo('-t 10.0.0.1:1', {...parsed(`-A -t 10.0.0.1:1 -s rr`)['-t 10.0.0.1:1']})},
  ],
  'ipvsadm -d': [{op: 'changeServers', change: changeTo(key, {servers: {}})}],
  'ipvsadm -E with another scheduler': [{op: 'changeServers', change: changeTo(key, {scheduler: 'sh'})}],
  'ipset flush': [
    {
      op: 'changeSets',
      change: {
        ...{backend: 'ipset', commands: [], remove: []},
        set: {'KUBE-CLUSTER-IP': {type: 'hash:ip,port', entries: []}},
      },
    },
  ],
  'ip address delete': [{op: 'deleteAddress', address: address as never}],
  'ip link delete': [{op: 'deleteLink', name: 'kube-ipvs0'}],
}

function parsed(text: string): IpvsTable {
  return parseIpvsTable(text)
}

function changeTo(of: string, to: Partial<VirtualServer>): IpvsChange {
  const now = parsed(virtual + server('172.17.12.2'))[key] as VirtualServer
  return {backend: 'ipvs', commands: [`-A ${of}`], set: {[of]: {...now, ...to}}, remove: []}
}

for (const [hand, ops] of Object.entries(hands))
  test(`what a hand does is seen by the next look, and undone: ${hand}`, async t => {
    const {loop, kernel, servers} = await loopOn()
    const sync = () => loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
    const all = async () => [await servers(), await kernel.observeSets('node1'), await kernel.observe('node1')]
    await sync()
    const before = await all()
    t.false(await loop.isFlushed())
    await kernel.apply('node1', ops)
    t.notDeepEqual(await all(), before)
    t.true(await loop.isFlushed())
    await sync()
    t.deepEqual(await all(), before)
    t.false(await loop.isFlushed())
  })

test('the weight that a hand gives stays', async t => {
  const {loop, kernel, servers} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  await kernel.apply('node1', [{op: 'changeServers', change: changeTo(key, {servers: {'172.17.12.2:8080': 5}})}])
  t.false(await loop.isFlushed())
  await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.is(await servers(), virtual + server('172.17.12.2', 5))
})

test('a change that meets what a hand has emptied is written again in full', async t => {
  const {loop, kernel, servers} = await loopOn()
  await loop.sync([kubia], [sliceOf('172.17.12.2', '172.17.13.2')], modes('ipvs'))
  await kernel.apply('node1', hands['ipvsadm -C'] ?? [])
  const {partialFailed} = await loop.sync([kubia], [sliceOf('172.17.12.2')], modes('ipvs'))
  t.true(partialFailed)
  t.is(await servers(), virtual + server('172.17.12.2'))
})
