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
  t.deepEqual(seen, [['rules'], ['policies', 'pods', 'rules', 'peers']])
  t.deepEqual(waited, [1000])
  t.deepEqual([...world.services.keys()], ['default/web'])
  t.deepEqual([...world.slices.keys()], [], 'what the list does not have is forgotten')
  stop.abort()
})

const policy: KubeObjectAny = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: {name: 'deny', namespace: 'default'},
  spec: {podSelector: {}},
}

const shop: KubeObjectAny = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'shop'}}

test('with NetworkPolicies a node knows the pods of others and the Namespaces, too', async t => {
  const client = clientOf(policy, onNode('a', 'master'), onNode('b', 'node1'), onNode('c'), shop)
  const world = await readWorld(client, 'master')
  t.is(world.scope, 'cluster')
  t.deepEqual([...world.pods.keys()], ['default/a'])
  t.deepEqual([...world.others.keys()], ['default/b', 'default/c'])
  t.deepEqual([...world.namespaces.keys()], ['/shop'])
})

test('then pods of other nodes concern policies, unless nothing that policies see has changed', async t => {
  const world = await readWorld(clientOf(policy, onNode('b', 'node1')), 'master')
  const told = (object: KubeObjectAny, type: 'MODIFIED' | 'DELETED' = 'MODIFIED') => [
    ...follow(world, {revision: 50, changes: [{type, object}]}, 'master'),
  ]
  const labelled = {...onNode('b', 'node1'), metadata: {...onNode('b').metadata, labels: {app: 'web'}}}
  t.deepEqual(told({...onNode('b', 'node1'), status: {phase: 'Pending'}}), [])
  t.deepEqual(told(labelled), ['policies'])
  t.deepEqual(told({...labelled, status: {podIP: '172.17.12.2'}}), ['policies'])
  t.deepEqual(told({...labelled, status: {podIP: '172.17.12.2', phase: 'Running'}}), [])
  t.deepEqual(told(labelled, 'DELETED'), ['policies'])
  t.deepEqual(told(onNode('a', 'master')), ['pods', 'policies'])
  t.deepEqual(told({...onNode('a', 'master'), status: {phase: 'Pending'}}), ['pods'])
  t.deepEqual(told(shop), ['policies'])
})

test('at the first NetworkPolicy a node looks at all pods before anybody hears of it', async t => {
  const stop = new AbortController()
  const objects = [onNode('a', 'master'), onNode('b', 'node1'), shop]
  const answers = [{revision: 43, changes: [{type: 'ADDED', object: policy} as const]}]
  const scopes: unknown[] = []
  const client: AgentClient = {
    ...clientOf(policy, ...objects),
    changes: (_since, _signal, scope) => {
      scopes.push(scope)
      const answer = answers.shift()
      return answer ? Promise.resolve(answer) : new Promise(() => undefined)
    },
  }
  const world = await readWorld(clientOf(...objects), 'master')
  t.deepEqual([world.scope, world.others.size], ['node', 0])
  const seen: unknown[] = []
  void watchWorld({
    ...{world, client, nodeName: 'master', signal: stop.signal, log: silent},
    after: async () => undefined,
    changed: concerns => seen.push([[...concerns], world.policies.size, world.others.size, world.namespaces.size]),
  })
  await quiet()
  t.deepEqual(seen, [[['policies', 'pods', 'rules', 'peers'], 1, 1, 1]])
  t.deepEqual(scopes, ['node', 'cluster'])
  stop.abort()
})

test('a node that may not read pods of others knows why, and its own pods', async t => {
  const refusing = clientOf(policy, onNode('a', 'master'), onNode('b', 'node1'), shop)
  const list = async (kind: string, scope?: string) =>
    kind === 'Pod' && scope === 'cluster'
      ? {revision: 0, objects: [], refused: 'pods is forbidden'}
      : refusing.list(kind as 'Pod', 'node')
  const world = await readWorld({...refusing, list: list as AgentClient['list']}, 'master')
  t.deepEqual([world.scope, world.refused, [...world.pods.keys()]], ['node', 'pods is forbidden', ['default/a']])
  t.deepEqual([...follow(world, {revision: 9, changes: [{type: 'ADDED', object: policy}]}, 'master')], ['policies'])
})
