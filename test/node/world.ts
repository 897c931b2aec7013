import test from 'ava'
import type {AgentClient} from '../../src/node/client.ts'
import {follow, readWorld, watchWorld} from '../../src/node/world.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import {sampleSlice} from '../objects/_samples.ts'
import {noTokens, podOf, quiet, silent} from './_fakes.ts'

const onNode = (name: string, nodeName?: string) => podOf(name, nodeName === undefined ? {} : {nodeName})

const service: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'web', namespace: 'default'},
  spec: {ports: [{port: 80}]},
}

const slice = sampleSlice('web', [])

const node: KubeObjectAny = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'node1'}, spec: {}}

/** A client that knows these objects; each list is a revision younger than the one before. */
function clientOf(...objects: readonly KubeObjectAny[]): AgentClient {
  let revision = 41
  const list = async (kind: string) => ({revision: ++revision, objects: objects.filter(object => object.kind === kind)})
  return {
    list: list as AgentClient['list'],
    follow: async () => undefined,
    changes: () => new Promise(() => undefined),
    requestToken: noTokens,
    updateStatus: async () => undefined,
    record: async () => undefined,
    renewLease: async () => undefined,
    reportConditions: async () => undefined,
    confirmDeletion: async () => undefined,
  }
}

test('a node knows its own pods, and all Services, EndpointSlices and Nodes', async t => {
  const client = clientOf(onNode('a', 'master'), onNode('b', 'node1'), onNode('c'), service, slice, node)
  const world = await readWorld(client, 'master')
  t.deepEqual([...world.pods.keys()], ['default/a'])
  t.deepEqual([...world.services.keys()], ['default/web'])
  t.deepEqual([...world.slices.keys()], ['default/web-2x7rt'])
  t.deepEqual([...world.nodes.keys()], ['/node1'])
})

test('changes are followed from the oldest of the lists, so that none is missed', async t => {
  t.is((await readWorld(clientOf(), 'master')).revision, 42)
})

const concern = test.macro({
  exec: async (t, object: KubeObjectAny, expected: readonly string[]) => {
    const world = await readWorld(clientOf(), 'master')
    const concerns = follow(world, {revision: 50, changes: [{type: 'ADDED', object}]}, 'master')
    t.deepEqual([...concerns], expected)
    t.is(world.revision, 50)
  },
  title: (_, {kind, metadata}: KubeObjectAny, expected: readonly string[]) =>
    `${kind} ${metadata.name} concerns ${expected.join(', ') || 'nothing'}`,
})

test(concern, onNode('a', 'master'), ['pods'])
test(concern, onNode('b', 'node1'), [])
test(concern, onNode('c'), [])
test(concern, service, ['rules'])
test(concern, slice, ['rules'])
test(concern, node, ['peers'])
test(concern, {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}}, [])

test('what is deleted is forgotten', async t => {
  const world = await readWorld(clientOf(onNode('a', 'master'), service), 'master')
  follow(world, {revision: 50, changes: [{type: 'DELETED', object: onNode('a', 'master')}]}, 'master')
  follow(world, {revision: 51, changes: [{type: 'DELETED', object: service}]}, 'master')
  t.deepEqual([world.pods.size, world.services.size], [0, 0])
})

test('a change takes the place of what was known', async t => {
  const world = await readWorld(clientOf(onNode('a', 'master')), 'master')
  const changed = podOf('a', {nodeName: 'master', hostname: 'other'})
  follow(world, {revision: 50, changes: [{type: 'MODIFIED', object: changed}]}, 'master')
  t.is(world.pods.get('default/a')?.spec.hostname, 'other')
})

test('no changes only move the revision', async t => {
  const world = await readWorld(clientOf(service), 'master')
  t.deepEqual([...follow(world, {revision: 60, changes: []}, 'master')], [])
  t.is(world.revision, 60)
})

test('a watch that breaks is begun anew with a list, and all is looked at', async t => {
  const stop = new AbortController()
  const answers = [
    {revision: 43, changes: [{type: 'ADDED', object: slice} as const]},
    new Error('too old resource version'),
  ]
  const client: AgentClient = {
    ...clientOf(service),
    changes: () => {
      const answer = answers.shift()
      if (answer instanceof Error) return Promise.reject(answer)
      return answer ? Promise.resolve(answer) : new Promise(() => undefined)
    },
  }
  const world = await readWorld(clientOf(), 'master')
  const seen: string[][] = []
  const waited: number[] = []
  void watchWorld({
    world,
    client,
    nodeName: 'master',
    after: async milliseconds => void waited.push(milliseconds),
    signal: stop.signal,
    log: silent,
    changed: concerns => seen.push([...concerns]),
  })
  await quiet()
  t.deepEqual(seen, [['rules'], ['pods', 'rules', 'peers']])
  t.deepEqual(waited, [1000])
  t.deepEqual([...world.services.keys()], ['default/web'])
  t.deepEqual([...world.slices.keys()], [], 'what the list does not have is forgotten')
  stop.abort()
})
