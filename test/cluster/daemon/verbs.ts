import {setImmediate} from 'node:timers/promises'
import test from 'ava'
import type {Cluster} from '../../../src/cluster/daemon/cluster.ts'
import {controlVerbs} from '../../../src/cluster/daemon/verbs.ts'
import type {Lab} from '../../../src/lab/lab.ts'
import type {Agent} from '../../../src/node/agent.ts'
import {milestones} from '../../../src/node/milestones.ts'
import {memoryStore} from '../../../src/store/memory.ts'

const {signal} = new AbortController()

// A daemon lives by its socket; AbortSignal.timeout alone would keep no process alive.
const alive = setInterval(() => undefined, 1000)
test.after.always(() => clearInterval(alive))

/** The verbs of a cluster with these nodes. */
function verbsOf(...agents: readonly Agent[]) {
  const store = memoryStore({clock: () => 0, uid: () => 'uid'})
  store.create({apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'default'}})
  const controllers = {idle: async () => undefined, stopped: new Promise<void>(() => undefined)}
  const cluster = {store, agents, controllers, clients: new Map(), outsiders: {pids: new Map()}} as unknown as Cluster
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
