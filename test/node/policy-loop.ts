import test from 'ava'
import {fakeKernel} from '../../src/kernel/fake.ts'
import type {Kernel} from '../../src/kernel/kernel.ts'
import type {NftPlan} from '../../src/kernel/nftables/table.ts'
import type {Op} from '../../src/kernel/op.ts'
import {parseIp} from '../../src/net/ip.ts'
import type {PodNetwork} from '../../src/node/pods/pod-table.ts'
import {createPolicyLoop} from '../../src/node/policy-loop.ts'
import type {Guard} from '../../src/node/proxy/userspace/service-proxy.ts'
import type {World} from '../../src/node/world.ts'
import type {NetworkPolicy, NetworkPolicySpec} from '../../src/objects/network-policy.ts'
import {podOf, silent} from './_fakes.ts'
import {failingKernel} from './_nodes.ts'
import {namespaceOf, podAt, policyOf} from './policy/_worlds.ts'

const web = podOf('web', {nodeName: 'node1'})
const remote = podAt('client', {namespace: 'default', node: 'node2', ip: '172.17.13.2'})
const fromClients: NetworkPolicySpec = {podSelector: {}, ingress: [{from: [{podSelector: {}}]}]}

/** The loop of node1, in a world that tests change as a watch would. */
async function loopOnNode1({again = false} = {}) {
  const failing = failingKernel(fakeKernel())
  const {refuse} = failing
  const fake = failing.kernel
  await fake.create('node1')
  const ops: Op[] = []
  let isFlushed = false
  const kernel: Kernel = {
    ...fake,
    apply: async (netns, all) => {
      const isLook = all.some(op => op.op === 'changeTable' && op.change.commands[0]?.startsWith('flush chain'))
      if (isLook && isFlushed) return fake.apply('nobody', all)
      if (!isLook) ops.push(...all)
      return fake.apply(netns, all)
    },
  }
  const world: World = {
    revision: 1,
    scope: 'cluster',
    pods: new Map([['default/web', web]]),
    others: new Map([['default/client', remote]]),
    namespaces: new Map([['/default', namespaceOf('default')]]),
    ...{services: new Map(), slices: new Map(), nodes: new Map(), policies: new Map<string, NetworkPolicy>()},
  }
  let calls = 0
  const changed = () => {
    calls++
  }
  const guards: (Guard | undefined)[] = []
  const serviceProxy = {guard: async (guard: Guard | undefined) => void guards.push(guard)}
  const ownAddresses = () => ['10.0.20.11']
  const proxies: string[] = []
  const loop = createPolicyLoop({
    ...{netns: 'node1', kernel, world, again, log: silent, changed},
    ...{serviceProxy, ownAddresses, proxiesElsewhere: () => proxies},
  })
  const plain: PodNetwork = {
    attach: async names => new Map(names.map((name, index) => [name, parseIp(`172.17.12.${index + 2}`)])),
    detach: async () => undefined,
  }
  const write = (spec: NetworkPolicySpec) => world.policies.set('default/policy', policyOf('policy', 'default', spec))
  /** The words of all changes since the last time. */
  const sent = () => ops.splice(0).flatMap(op => (op.op === 'changeTable' ? op.change.commands : [op.op]))
  const isolated = () =>
    loop.rules().flatMap(plan => Object.keys((plan as NftPlan).table?.maps['to-pods']?.elements ?? {}))
  const flush = () => {
    isFlushed = true
  }
  return {
    loop,
    world,
    network: loop.guarded(plain),
    write,
    sent,
    isolated,
    refuse,
    flush,
    kernel: fake,
    proxies,
    guard: () => guards.at(-1),
    calls: () => calls,
  }
}

test('without policies nothing is written', async t => {
  const {loop, network, sent} = await loopOnNode1()
  await network.attach(['pod-web'])
  await loop.sync()
  await network.detach(['pod-web'])
  t.deepEqual(sent(), [])
})

test('a pod is attached when its policies are in the kernel, before the API knows its address', async t => {
  const {network, write, sent, isolated} = await loopOnNode1()
  write(fromClients)
  await network.attach(['pod-web'])
  t.deepEqual(isolated(), ['172.17.12.2'])
  t.true(sent().includes('add element ip network-policy to-pods { 172.17.12.2 : goto to-default/web }'))
})

test('a pod whose policies cannot be written is not attached', async t => {
  const {network, write, refuse, isolated} = await loopOnNode1()
  write(fromClients)
  refuse('changeTable')
  await t.throwsAsync(network.attach(['pod-web']), {message: /Network is unreachable/})
  t.deepEqual(isolated(), [])
  refuse(undefined)
  await network.detach(['pod-web'])
  await network.attach(['pod-web'])
  t.deepEqual(isolated(), ['172.17.12.2'])
})

test('a pod that nobody knows any more is not attached while there are policies', async t => {
  const {network, world, write} = await loopOnNode1()
  write(fromClients)
  world.pods.clear()
  await t.throwsAsync(network.attach(['pod-web']), {message: /pod-web/})
})

test('a pod that the API has forgotten is isolated until it is detached', async t => {
  const {loop, network, world, write, isolated, calls} = await loopOnNode1()
  write(fromClients)
  await network.attach(['pod-web'])
  world.pods.clear()
  await loop.sync()
  t.deepEqual(isolated(), ['172.17.12.2'])
  await network.detach(['pod-web'])
  t.is(calls(), 1, 'the rest can wait')
  await loop.sync()
  t.deepEqual(isolated(), [])
})

test('a pod of another node that comes is one element more', async t => {
  const {loop, network, world, write, sent} = await loopOnNode1()
  write(fromClients)
  await network.attach(['pod-web'])
  sent()
  world.others.set('default/new', podAt('new', {namespace: 'default', node: 'node2', ip: '172.17.13.3'}))
  await loop.sync()
  t.deepEqual(sent(), ['add element ip network-policy pods-WBYHUC2D { 172.17.13.3 }'])
  await loop.sync()
  t.deepEqual(sent(), [], 'and the same again is nothing')
})

test('with the last policy the table goes', async t => {
  const {loop, network, world, write, sent} = await loopOnNode1()
  write(fromClients)
  await network.attach(['pod-web'])
  sent()
  world.policies.clear()
  await loop.sync()
  t.deepEqual(sent(), ['delete table ip network-policy'])
})

test('a change that fails is followed by the whole table in one transaction', async t => {
  const {loop, network, write, sent, refuse} = await loopOnNode1()
  write(fromClients)
  await network.attach(['pod-web'])
  sent()
  refuse('changeTable')
  write({podSelector: {}, ingress: []})
  await t.throwsAsync(loop.sync())
  refuse(undefined)
  await loop.sync()
  t.deepEqual(sent().slice(0, 2), ['add table ip network-policy', 'delete table ip network-policy'])
  const metrics = await loop.metrics()
  t.deepEqual(
    metrics.find(({name}) => name.endsWith('failures_total')),
    {
      name: 'podlab_network_policy_sync_failures_total',
      help: 'How often the rules for NetworkPolicies could not be written',
      type: 'counter',
      samples: [{value: 1}],
    },
  )
})

test('what an agent before has left is replaced, and removed where there are no policies', async t => {
  const {loop, sent} = await loopOnNode1({again: true})
  await loop.sync()
  t.deepEqual(sent(), [
    'add table ip network-policy',
    'delete table ip network-policy',
    'add table ip6 network-policy',
    'delete table ip6 network-policy',
  ])
})

test('a table that somebody has removed is noticed, and written anew', async t => {
  const {loop, network, write, sent, flush} = await loopOnNode1()
  t.false(await loop.isDisturbed(), 'there is none')
  write(fromClients)
  await network.attach(['pod-web'])
  t.false(await loop.isDisturbed())
  sent()
  flush()
  t.true(await loop.isDisturbed())
  await loop.sync()
  t.true(sent().includes('add element ip network-policy to-pods { 172.17.12.2 : goto to-default/web }'))
})

test('where packets of the bridge pass rules by, policies are said not to be enforced', async t => {
  const {loop, network, write, kernel} = await loopOnNode1()
  const bridge = (value: string) =>
    kernel.apply('node1', [{op: 'setSysctl', name: 'net.bridge.bridge-nf-call-iptables', value}])
  await bridge('1')
  write(fromClients)
  await network.attach(['pod-web'])
  await bridge('0')
  t.true(await loop.isDisturbed())
  await t.throwsAsync(loop.sync(), {message: /bridge-nf-call-iptables is 0/})
  await bridge('1')
  t.true(await loop.isDisturbed())
  await t.notThrowsAsync(loop.sync())
  t.false(await loop.isDisturbed())
})

test('a node that may not read what policies need refuses to start pods under them', async t => {
  const {network, world, write} = await loopOnNode1()
  world.scope = 'node'
  world.refused = 'pods is forbidden: User "system:node:node1" cannot list resource "pods"'
  write(fromClients)
  await t.throwsAsync(network.attach(['pod-web']), {message: /may not read .* is forbidden/})
})

test("the userspace proxy judges by the policies, from the first one to the last, and by the pods' addresses of this moment", async t => {
  const {loop, network, write, guard, world} = await loopOnNode1()
  await loop.sync()
  t.is(guard(), undefined)
  const call = {client: '172.17.13.2', endpoint: '172.17.12.2:8080', protocol: 'tcp'} as const
  write({podSelector: {}})
  await network.attach(['pod-web'])
  t.is(guard()?.(call), 'not at all')
  write(fromClients)
  await loop.sync()
  t.is(guard()?.(call), 'for the client')
  world.others.clear()
  await loop.sync()
  t.is(guard()?.(call), 'not at all', 'nobody knows that client any more')
  world.policies.clear()
  await loop.sync()
  t.is(guard(), undefined)
})

test('other nodes that call for clients are let in with what they vouch for, as long as there are any', async t => {
  const {loop, network, write, sent, proxies} = await loopOnNode1()
  write({podSelector: {}})
  await network.attach(['pod-web'])
  t.notRegex(sent().join('\n'), /@proxies/)
  proxies.push('10.0.20.4', '172.17.13.0')
  await loop.sync()
  const words = sent().join('\n')
  t.regex(words, /10\.0\.20\.4, 172\.17\.13\.0/)
  t.regex(words, /ip saddr @proxies ip dscp 0x03 accept/)
})
