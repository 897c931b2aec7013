import test from 'ava'
import fc from 'fast-check'
import {fakeKernel} from '../../src/kernel/fake.ts'
import type {IpvsConnections} from '../../src/kernel/ipvs/table.ts'
import type {Kernel} from '../../src/kernel/kernel.ts'
import {parseIp} from '../../src/net/ip.ts'
import {defaultProxyConfiguration} from '../../src/node/proxy/configuration.ts'
import {createProxyLoop} from '../../src/node/proxy-loop.ts'
import {sampleService, sampleSlice} from '../objects/_samples.ts'
import {silent} from './_fakes.ts'

const configuration = {...defaultProxyConfiguration, mode: 'ipvs' as const}

/** kube-proxy on a fake node with so many Services of two endpoints, and a record of what it looks at and writes. */
async function loopWith(count: number) {
  const fake = fakeKernel()
  let record: string[] = []
  let connections: IpvsConnections = {}
  const kernel: Kernel = {
    ...fake,
    observe: (...words) => look('observe', fake.observe(...words)),
    observeRules: (...words) => look('rules', fake.observeRules(...words)),
    observeSets: netns => look('sets', fake.observeSets(netns)),
    observeServers: netns => look('servers', fake.observeServers(netns)),
    observeConnections: async (netns, servers = ['all']) => {
      await look(`connections ${servers.join(', ')}`, undefined)
      return {...(await fake.observeConnections(netns, servers)), ...connections}
    },
    apply: async (netns, ops) => {
      const before = fake.applied(netns).length
      await fake.apply(netns, ops)
      record.push(
        ...fake
          .applied(netns)
          .slice(before)
          .map(line => line.trimEnd()),
      )
    },
  }
  async function look<T>(what: string, answer: Promise<T> | T): Promise<T> {
    record.push(`look: ${what}`)
    return answer
  }
  await kernel.create('node1')
  const loop = createProxyLoop({
    ...{netns: 'node1', kernel, log: silent},
    node: () => ({nodeName: 'node1', addresses: [parseIp('10.0.20.11')]}),
  })
  const names = Array.from({length: count}, (_, at) => `s${at}`)
  const services = names.map((name, at) => sampleService(name, {clusterIP: `10.96.${at >> 7}.${(at & 127) + 2}`}))
  let slices = names.map(name => sampleSlice(name, ['172.17.12.2', '172.17.13.2']))
  const sync = async () => {
    record = []
    await loop.sync(services, slices, configuration)
    return record
  }
  await sync()
  return {
    ...{loop, sync},
    /** What is done when a Service's endpoints become these. */
    change: (at: number, ...ips: readonly string[]) => {
      slices = slices.with(at, sampleSlice(names[at] as string, ips))
      return sync()
    },
    count: (counted: IpvsConnections) => {
      connections = counted
    },
  }
}

test('what one endpoint takes does not grow with the number of Services', async t => {
  await fc.assert(
    fc.asyncProperty(fc.integer({min: 3, max: 400}), async count => {
      const {change} = await loopWith(count)
      t.deepEqual(await change(2, '172.17.12.2'), [
        'ipvsadm -e -t 10.96.0.4:80 -r 172.17.13.2:8080 -m -w 0',
        'look: connections -t 10.96.0.4:80',
        'ipvsadm -d -t 10.96.0.4:80 -r 172.17.13.2:8080',
      ])
      t.deepEqual(await change(2, '172.17.12.2', '172.17.13.9'), [
        'ipvsadm -a -t 10.96.0.4:80 -r 172.17.13.9:8080 -m -w 1',
      ])
    }),
    {numRuns: 8},
  )
})

test('a sync that has nothing to do does nothing', async t => {
  const {sync} = await loopWith(50)
  t.deepEqual(await sync(), [])
})

test('who stays for his connections is looked at each minute, not with every change', async t => {
  const {loop, change, sync, count} = await loopWith(50)
  count({'-t 10.96.0.4:80': {'172.17.13.2:8080': {active: 1, inactive: 0}}})
  t.deepEqual((await change(2, '172.17.12.2')).slice(1), ['look: connections -t 10.96.0.4:80'])
  t.deepEqual((await change(3, '172.17.12.2')).slice(1), [
    'look: connections -t 10.96.0.5:80',
    'ipvsadm -d -t 10.96.0.5:80 -r 172.17.13.2:8080',
  ])
  t.deepEqual(await change(4, '172.17.12.2', '172.17.13.2', '172.17.13.9'), [
    'ipvsadm -a -t 10.96.0.6:80 -r 172.17.13.9:8080 -m -w 1',
  ])
  t.true(loop.hasLeavers())
  count({})
  const lines = await change(5, '172.17.12.2')
  t.deepEqual(lines.slice(1), [
    'look: connections -t 10.96.0.4:80, -t 10.96.0.7:80',
    'ipvsadm -d -t 10.96.0.4:80 -r 172.17.13.2:8080\n-d -t 10.96.0.7:80 -r 172.17.13.2:8080',
  ])
  t.false(loop.hasLeavers())
  t.deepEqual(await sync(), [])
})

test('one who has left and comes back while his connections last has his weight again', async t => {
  const {loop, change, count} = await loopWith(3)
  count({'-t 10.96.0.4:80': {'172.17.13.2:8080': {active: 0, inactive: 1}}})
  await change(2, '172.17.12.2')
  t.deepEqual(await change(2, '172.17.12.2', '172.17.13.2'), ['ipvsadm -e -t 10.96.0.4:80 -r 172.17.13.2:8080 -m -w 1'])
  t.false(loop.hasLeavers())
})
