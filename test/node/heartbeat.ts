import test from 'ava'
import {keepAlive} from '../../src/node/heartbeat.ts'
import {healthyConditions, isNodeReady, withConditions} from '../../src/node/sign-of-life.ts'
import type {Node} from '../../src/objects/node.ts'
import {sampleNode} from '../objects/_samples.ts'
import {fakeClock, quiet, silent} from './_fakes.ts'

const birth = '2025-01-01T00:00:00Z'

const ready = (): Node => ({...sampleNode('node1'), status: {conditions: healthyConditions(birth)}})

/** A node with its heart and an API that writes down what it hears. */
function alive() {
  const clock = fakeClock()
  const stop = new AbortController()
  const heard: string[] = []
  const nodes = new Map([['/node1', ready()]])
  let away = false
  const hear = async (line: string) => {
    if (away) throw new Error('connect ECONNREFUSED')
    heard.push(line)
  }
  const ended = keepAlive({
    name: 'node1',
    world: {nodes},
    client: {
      renewLease: (_node, time) => hear(`lease ${time}`),
      reportConditions: (node, conditions) => {
        nodes.set('/node1', withConditions(node, conditions))
        return hear(`conditions ${conditions.map(({type, status}) => `${type}=${status}`).join(' ')}`)
      },
    },
    now: clock.now,
    after: clock.after,
    signal: stop.signal,
    log: silent,
    returned: () => heard.push('returned'),
    cordoned: is => heard.push(is ? 'cordoned' : 'uncordoned'),
  })
  const pass = async (seconds: number) => {
    heard.splice(0)
    for (let second = 0; second < seconds; second++) await clock.pass(1000)
    return heard.length
  }
  return {
    heard,
    nodes,
    pass,
    setAway: (is: boolean) => {
      away = is
    },
    end: async () => {
      stop.abort()
      await ended
    },
  }
}

test('a Lease is renewed at once, and then every ten seconds', async t => {
  const {heard, pass, end} = alive()
  await quiet()
  t.deepEqual(heard, ['lease 2025-01-01T00:00:00.000000Z'])
  t.is(await pass(9), 0)
  t.is(await pass(1), 1)
  t.deepEqual(heard, ['lease 2025-01-01T00:00:10.000000Z'])
  t.is(await pass(60), 6)
  await end()
})

test('the conditions are reported every five minutes, and their transition times stay', async t => {
  const {heard, nodes, pass, end} = alive()
  await quiet()
  await pass(299)
  t.false(heard.some(line => line.startsWith('conditions')))
  await pass(1)
  t.deepEqual(heard, [
    'lease 2025-01-01T00:05:00.000000Z',
    'conditions MemoryPressure=False DiskPressure=False PIDPressure=False Ready=True',
  ])
  t.like(nodes.get('/node1')?.status?.conditions?.at(-1), {
    lastHeartbeatTime: '2025-01-01T00:05:00Z',
    lastTransitionTime: birth,
  })
  await pass(299)
  t.false(heard.some(line => line.startsWith('conditions')))
  await end()
})

test('a node that was given up says at once that it is back', async t => {
  const {heard, nodes, pass, end} = alive()
  await quiet()
  const unknown = {type: 'Ready', status: 'Unknown', lastTransitionTime: '2025-01-01T00:00:05Z'} as const
  nodes.set('/node1', withConditions(ready(), [unknown]))
  await pass(10)
  t.deepEqual(heard.slice(1), [
    'conditions MemoryPressure=False DiskPressure=False PIDPressure=False Ready=True',
    'returned',
  ])
  const node = nodes.get('/node1')
  t.true(node && isNodeReady(node))
  t.is(node?.status?.conditions?.at(-1)?.lastTransitionTime, '2025-01-01T00:00:10Z')
  await pass(10)
  t.is(heard.length, 1)
  await end()
})

test('while the API is away nothing is said, and nothing is made up for later', async t => {
  const {heard, pass, setAway, end} = alive()
  await quiet()
  setAway(true)
  t.is(await pass(60), 0)
  setAway(false)
  t.is(await pass(10), 1)
  t.deepEqual(heard, ['lease 2025-01-01T00:01:10.000000Z'])
  await end()
})

test('a node that is not in the API has no Lease', async t => {
  const {nodes, pass, end} = alive()
  await quiet()
  nodes.clear()
  t.is(await pass(30), 0)
  await end()
})

test('a node notices that it was closed, and opened again', async t => {
  const {heard, nodes, pass, end} = alive()
  await quiet()
  nodes.set('/node1', {...ready(), spec: {unschedulable: true}})
  await pass(20)
  t.deepEqual(
    heard.filter(line => !line.startsWith('lease')),
    ['cordoned'],
  )
  nodes.set('/node1', ready())
  await pass(20)
  t.deepEqual(
    heard.filter(line => !line.startsWith('lease')),
    ['uncordoned'],
  )
  await end()
})
