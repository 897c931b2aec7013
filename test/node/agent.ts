import test from 'ava'
import {settingNamed} from '../../src/cluster/settings.ts'
import {storeClient} from '../../src/cluster/store-client.ts'
import {fakeKernel} from '../../src/kernel/fake.ts'
import type {Kernel} from '../../src/kernel/kernel.ts'
import {printIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {startAgent} from '../../src/node/agent.ts'
import {annotationsOf} from '../../src/node/overlay/node-leases.ts'
import type {Lease} from '../../src/node/overlay/overlay-backend.ts'
import type {Runtime} from '../../src/node/runtime/runtime.ts'
import type {Node} from '../../src/objects/node.ts'
import {isReady} from '../../src/objects/pod-status.ts'
import type {Service} from '../../src/objects/service.ts'
import {memoryStore} from '../../src/store/memory.ts'
import type {Store} from '../../src/store/store.ts'
import {master, node1, node2} from '../contract/overlay.ts'
import {sampleSlice} from '../objects/_samples.ts'
import {fakeDaemons} from './_daemons.ts'
import {fakeClock, fakeRuntime, noTokens, podOf, quiet, serviceRange, silent} from './_fakes.ts'
import {failingKernel, machineOf, plugIn} from './_nodes.ts'

/**
 *   agent of master ──┐            ┌── agent of node1
 *                     └── store ───┘
 *   namespaces: underlay, master, node1 and those of pods, all in one fake kernel
 */
async function twoNodes() {
  const {kernel, refuse} = failingKernel(fakeKernel())
  const clock = fakeClock()
  const stop = new AbortController()
  const {store, fail} = failingStore()
  await plugIn(kernel, [master, node1])
  for (const lease of [master, node1]) store.create(nodeOf(lease))

  const fake = fakeRuntime({calls: []})
  const {daemons, die} = fakeDaemons()
  const runtime = holdingIn(kernel, fake.runtime)
  const start = ({node}: Lease, self: Lease) =>
    startAgent({
      name: node,
      pid: 1,
      client: storeClient(store, noTokens),
      kernel,
      runtime,
      podNetwork: parseNetwork('172.17.0.0/16'),
      serviceRange,
      images: [],
      underlay: {link: 'eth0', mtu: 1500},
      machine: machineOf(self),
      writeFile: () => undefined,
      daemons,
      readFile: () => '',
      now: clock.now,
      time: clock.elapsed,
      elapsed: clock.elapsed,
      after: clock.after,
      signal: stop.signal,
      log: silent,
    })
  const agents = await Promise.all([start(master, master), start(node1, node1)])
  fake.onExit((id, code) => {
    for (const agent of agents) agent.exited(id, code)
  })
  const caughtUp = () => Promise.all(agents.map(agent => agent.caughtUp(store.revision, stop.signal)))
  const rules = async (netns: string) => printIptablesSave(await kernel.observeRules(netns))
  return {kernel, store, agents, clock, refuse, fail, caughtUp, rules, die, stop: () => stop.abort()}
}

/** A runtime that makes its namespaces in a kernel. */
function holdingIn(kernel: Kernel, runtime: Runtime): Runtime {
  return {
    ...runtime,
    hold: async question => {
      await kernel.create(question.netns)
      return runtime.hold(question)
    },
    release: async netns => {
      await kernel.remove(netns)
      await runtime.release(netns)
    },
  }
}

/** A store that fails its watchers once when told to. */
function failingStore() {
  let uids = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${++uids}`})
  let broken = 0
  const failing: Store = {
    ...store,
    get revision() {
      return store.revision
    },
    changes: since => {
      if (broken-- > 0) throw new Error('too old resource version')
      return store.changes(since)
    },
  }
  const fail = (times: number) => {
    broken = times
  }
  return {store: failing, fail}
}

function nodeOf(lease: Lease): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {name: lease.node, annotations: annotationsOf(lease, 'vxlan')},
    spec: {podCIDR: lease.subnet},
  }
}

const podOn = (name: string, nodeName: string) => podOf(name, {nodeName, restartPolicy: 'Always'})

const kubia: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'kubia', namespace: 'default'},
  spec: {clusterIP: '10.98.237.175', ports: [{port: 80, targetPort: 8080}]},
}

const slice = sampleSlice('kubia', ['172.17.12.2'])

test("each node has a way to the other's pods when its agent has started", async t => {
  const {kernel} = await twoNodes()
  const way = async (netns: string) =>
    (await kernel.observe(netns)).routes.filter(({link}) => link === 'flannel.1').map(({to, via}) => `${to} via ${via}`)
  t.deepEqual(await way('master'), ['172.17.12.0/24 via 172.17.12.0'])
  t.deepEqual(await way('node1'), ['172.17.13.0/24 via 172.17.13.0'])
})

test('a pod runs on its node and on no other, with an address out of its lease', async t => {
  const {store, caughtUp, agents} = await twoNodes()
  store.create(podOn('a', 'master'))
  store.create(podOn('b', 'node1'))
  await caughtUp()
  const pods = store.list('Pod')
  t.deepEqual(
    pods.map(({metadata, status}) => `${metadata.name} ${status?.phase} ${status?.podIP}`),
    ['a Running 172.17.13.2', 'b Running 172.17.12.2'],
  )
  t.true(pods.every(isReady))
  t.deepEqual(
    agents.map(agent => agent.lives().map(({pod}) => pod.metadata.name)),
    [['a'], ['b']],
  )
})

test('a Service has rules in every node', async t => {
  const {store, caughtUp, rules} = await twoNodes()
  store.create(kubia)
  store.create(slice)
  await caughtUp()
  for (const node of ['master', 'node1']) t.regex(await rules(node), /--to-destination 172\.17\.12\.2:8080/)
})

test('a node that joins becomes a peer of all', async t => {
  const {kernel, store, caughtUp} = await twoNodes()
  store.create(nodeOf(node2))
  await caughtUp()
  for (const node of ['master', 'node1'])
    t.true(
      (await kernel.observe(node)).fdb.some(({remote}) => remote === node2.publicIp),
      node,
    )
})

test('a deleted pod ends, and its namespace with it', async t => {
  const {kernel, store, caughtUp} = await twoNodes()
  const {metadata} = store.create(podOn('a', 'master'))
  await caughtUp()
  t.true(kernel.netnses().includes(`pod-${metadata.uid}`))
  const present = store.get('Pod', metadata)
  if (!present) return t.fail('the pod is not there')
  store.update({...present, metadata: {...present.metadata, deletionTimestamp: '2025-01-01T00:00:30Z'}})
  await caughtUp()
  await quiet()
  t.is(store.get('Pod', metadata), undefined)
  t.false(kernel.netnses().includes(`pod-${metadata.uid}`))
})

test('rules that were flushed come back when kube-proxy looks', async t => {
  const {kernel, store, caughtUp, rules, clock} = await twoNodes()
  store.create(kubia)
  store.create(slice)
  await caughtUp()
  const before = await rules('node1')
  const {tables} = await kernel.observeRules('node1')
  const canaries = Object.keys(tables).map(table => [
    table,
    {rewrite: {}, remove: ['KUBE-PROXY-CANARY'], insert: [], append: [], delete: []},
  ])
  await kernel.apply('node1', [
    {op: 'changeRules', change: {backend: 'iptables', tables: Object.fromEntries(canaries)}},
  ])
  t.not(await rules('node1'), before)
  await clock.pass(30_000)
  t.is(await rules('node1'), before)
})

test('what the kernel refuses is trouble, keeps the node from having caught up, and is tried again', async t => {
  const {store, agents, caughtUp, refuse, rules, clock} = await twoNodes()
  await caughtUp()
  refuse('changeRules')
  store.create(kubia)
  store.create(slice)
  await quiet()
  t.regex(
    agents[1]?.troubles()[0] ?? '',
    /^the rules of Service default\/kubia are refused, .* Network is unreachable: iptables-restore/,
  )
  const waiting = caughtUp()
  t.is(await Promise.race([waiting, quiet().then(() => 'still waiting')]), 'still waiting')

  refuse(undefined)
  await clock.pass(5000)
  await waiting
  t.deepEqual(
    agents.map(agent => agent.troubles()),
    [[], []],
  )
  t.regex(await rules('node1'), /--to-destination 172\.17\.12\.2:8080/)
})

test('a watch that breaks is begun anew, and nothing is missed', async t => {
  const {store, caughtUp, fail, clock, rules} = await twoNodes()
  await caughtUp()
  fail(2)
  store.create(kubia)
  store.create(slice)
  await quiet()
  await clock.pass(1000)
  await caughtUp()
  t.regex(await rules('master'), /--to-destination 172\.17\.12\.2:8080/)
})

test('an agent whose signal is aborted does nothing more', async t => {
  const {store, stop, agents} = await twoNodes()
  stop()
  store.create(podOn('a', 'master'))
  await quiet()
  t.deepEqual(agents[0]?.lives(), [])
})

test('another backend in the leases is followed by all nodes', async t => {
  const {kernel, store, caughtUp} = await twoNodes()
  settingNamed('overlay', 'udp').write(store, 'udp')
  await caughtUp()
  for (const node of ['master', 'node1']) {
    const {links, routes} = await kernel.observe(node)
    t.deepEqual(
      links.map(({name}) => name),
      ['lo', 'eth0', 'docker0', 'flannel0'],
    )
    t.deepEqual(
      routes.map(({to, link}) => `${to} dev ${link}`),
      ['172.17.0.0/16 dev flannel0'],
    )
  }
})

test('a backend that podlab does not have is trouble, and the present one stays', async t => {
  const {kernel, store, agents, caughtUp} = await twoNodes()
  await caughtUp()
  const node = store.get('Node', {name: 'master'})
  if (!node) return t.fail('there is no node')
  const annotations = {...node.metadata.annotations, 'flannel.alpha.coreos.com/backend-type': 'ipip'}
  store.update({...node, metadata: {...node.metadata, annotations}})
  await quiet()
  t.deepEqual(agents[0]?.troubles(), ['podlab has no overlay ipip; it has vxlan, udp, host-gw'])
  t.true((await kernel.observe('master')).links.some(({name}) => name === 'flannel.1'))
})

test('a daemon that died is trouble, and is started again after a while', async t => {
  const {kernel, store, agents, caughtUp, clock, die} = await twoNodes()
  settingNamed('overlay', 'udp').write(store, 'udp')
  await caughtUp()
  die('master', 'flannel0 is gone')
  await quiet()
  t.deepEqual(agents[0]?.troubles(), ['flannel0 is gone'])
  const hasDevice = async () => (await kernel.observe('master')).links.some(({name}) => name === 'flannel0')
  t.false(await hasDevice())
  await clock.pass(5000)
  await caughtUp()
  t.true(await hasDevice())
  t.deepEqual(agents[0]?.troubles(), [])
})
