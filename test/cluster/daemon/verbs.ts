import {setImmediate} from 'node:timers/promises'
import test from 'ava'
import type {Cluster} from '../../../src/cluster/daemon/cluster.ts'
import {controlVerbs} from '../../../src/cluster/daemon/verbs.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import type {Agent} from '../../../src/node/agent.ts'
import {milestones} from '../../../src/node/milestones.ts'
import type {PodStatus} from '../../../src/objects/pod.ts'
import {memoryStore} from '../../../src/store/memory.ts'
import type {Store} from '../../../src/store/store.ts'

const {signal} = new AbortController()

// A daemon lives by its socket; AbortSignal.timeout alone would keep no process alive.
const alive = setInterval(() => undefined, 1000)
test.after.always(() => clearInterval(alive))

/** The verbs of a cluster with these nodes. */
function verbsOf(...agents: readonly Agent[]) {
  const store = storeOf()
  return verbsOver(store, ...agents)
}

function storeOf() {
  let count = 0
  const store = memoryStore({clock: () => 0, uid: () => `uid-${count++}`})
  for (const name of ['default', 'kube-system']) store.create({apiVersion: 'v1', kind: 'Namespace', metadata: {name}})
  return store
}

function verbsOver(store: Store, ...agents: readonly Agent[]) {
  const controllers = {idle: async () => undefined, stopped: new Promise<void>(() => undefined)}
  const chronicle = {by: (_asker: unknown, act: () => void) => act()}
  const cluster = {
    store,
    agents,
    controllers,
    clients: new Map(),
    chronicle,
    outsiders: {pids: new Map()},
  } as unknown as Cluster
  return controlVerbs(Promise.resolve(cluster), {lab: {} as Lab, notes: () => [], end: () => undefined})
}

function agentOf(name: string, trouble?: string) {
  const {reach, reached} = milestones()
  const agent = {
    name,
    pid: 42,
    lives: () => [],
    troubles: () => (trouble ? [trouble] : []),
    notes: () => [],
    caughtUp: reached,
  }
  return {agent: agent as unknown as Agent, reach}
}

test('a program is run when the nodes have done what the API calls for', async t => {
  const {agent, reach} = agentOf('master')
  const {inside} = verbsOf(agent)
  const order: string[] = []
  const entered = inside({target: 'node/master'}, signal).then(() => order.push('entered'))
  for (let turn = 0; turn < 5; turn++) await setImmediate()
  order.push('rules are there')
  reach(1)
  await entered
  t.deepEqual(order, ['rules are there', 'entered'])
})

test('a node that is in trouble does not keep programs from being run', async t => {
  const {agent} = agentOf('master', 'Network is unreachable')
  t.is((await verbsOf(agent).inside({target: 'node/master'}, signal)).pid, 42)
})

test('a node that takes too long is not waited for', async t => {
  const {agent} = agentOf('master')
  const began = performance.now()
  t.is((await verbsOf(agent).inside({target: 'node/master'}, signal)).pid, 42)
  t.true(performance.now() - began >= 900)
})

test('a lab is not settled as long as a node is in trouble, and says which', async t => {
  const {agent, reach} = agentOf('node1', 'Network is unreachable: ip route replace')
  reach(1)
  const {waitingFor} = await verbsOf(agent).settled({withinMs: 50}, signal)
  t.deepEqual(waitingFor, ['node node1: Network is unreachable: ip route replace'])
})

const waiting = (reason: string): PodStatus => ({
  phase: 'Pending',
  containerStatuses: [
    {name: 'main', ready: false, restartCount: 0, image: 'busybox', imageID: '', state: {waiting: {reason}}},
  ],
})

/** Sets the mode of kube-proxy in a cluster with one pod of that status, and waits as `podlab set` does. */
async function settingWith(status: PodStatus) {
  const store = storeOf()
  const spec = {containers: [{name: 'main', image: 'busybox'}]}
  store.create({apiVersion: 'v1', kind: 'Pod', metadata: {name: 'sick', namespace: 'default'}, spec, status})
  const {agent, reach} = agentOf('node1')
  reach(Number.MAX_SAFE_INTEGER)
  const {set, settled} = verbsOver(store, agent)
  const {stuck} = await set({name: 'proxy', value: 'nftables'}, signal)
  return settled({withinMs: 50, excused: stuck}, signal)
}

test('whoever changes a setting does not wait for pods that are stuck, and hears of them', async t => {
  const said = (word: string) => ({waitingFor: [], notes: [`not ready before either: pod default/sick: ${word}`]})
  t.deepEqual(await settingWith({phase: 'Running'}), said('Running'))
  t.deepEqual(await settingWith(waiting('CrashLoopBackOff')), said('CrashLoopBackOff'))
  t.deepEqual(await settingWith(waiting('CreateContainerConfigError')), said('CreateContainerConfigError'))
  const nowhere = {type: 'PodScheduled', status: 'False', lastTransitionTime: '2025-01-01T00:00:09Z'} as const
  t.deepEqual(await settingWith({phase: 'Pending', conditions: [nowhere]}), said('Pending'))
})

test('whoever changes a setting waits for pods that are about to start', async t => {
  t.deepEqual(await settingWith({phase: 'Pending'}), {waitingFor: ['pod default/sick: Pending'], notes: []})
  t.deepEqual(await settingWith(waiting('ContainerCreating')), {
    waitingFor: ['pod default/sick: ContainerCreating'],
    notes: [],
  })
})
