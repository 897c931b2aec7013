import type {AgentClient} from '../../../src/node/client.ts'
import type {KubeObjectAny} from '../../../src/objects/kinds.ts'
import type {Pod} from '../../../src/objects/pod.ts'
import {pod, running} from './pod.ts'
import type {ClientContract} from './world.ts'

/** Lists, and what is told of changes. */
export const watches: ClientContract = {
  'a list has the objects of one kind, and the revision from which to follow': async (t, {client, create}) => {
    await create(pod('a'))
    await create(service)
    const pods = await client.list('Pod')
    t.deepEqual(names(pods.objects), ['a'])
    t.deepEqual(names((await client.list('Service')).objects), ['web'])
    t.deepEqual((await client.list('EndpointSlice')).objects, [])
    await create(pod('b'))
    t.deepEqual(names((await client.changes(pods.revision, signal)).changes.map(({object}) => object)), ['b'])
  },
  'changes are told once, in order, each with its type': async (t, {client, create, remove}) => {
    const {revision} = await client.list('Pod')
    const created = (await create(pod('a'))) as Pod
    await client.updateStatus(created, running)
    await remove(created)
    const {changes, revision: now} = await collect(client, revision, 3)
    t.deepEqual(
      changes.map(({type, object}) => `${type} ${object.metadata.name}`),
      ['ADDED a', 'MODIFIED a', 'DELETED a'],
    )
    await create(pod('b'))
    const next = await client.changes(now, signal)
    t.deepEqual(names(next.changes.map(({object}) => object)), ['b'])
  },
  'a watch waits until there is a change': async (t, {client, create}) => {
    const {revision} = await client.list('Pod')
    const order: string[] = []
    const waiting = client.changes(revision, signal).then(() => order.push('told'))
    await new Promise(setImmediate)
    order.push('created')
    await create(pod('a'))
    await waiting
    t.deepEqual(order, ['created', 'told'])
  },
  'a watch ends with its signal': async (t, {client}) => {
    const stop = new AbortController()
    const {revision} = await client.list('Pod')
    const waiting = client.changes(revision, stop.signal)
    stop.abort(new Error('the node is gone'))
    await t.throwsAsync(waiting)
  },
  'an object that is followed by its name is told as it is, and as it becomes': async (t, {client, create, remove}) => {
    const stop = new AbortController()
    const told: string[] = []
    const news = Promise.withResolvers<void>()
    const name = {namespace: 'default', name: 'settings'}
    const hear = (object: KubeObjectAny | undefined) => {
      told.push(object?.kind === 'ConfigMap' ? `${object.data?.mode}` : 'none')
      if (told.length === 3) news.resolve()
    }
    await client.follow('ConfigMap', name, hear, stop.signal)
    t.deepEqual(told, ['none'], 'it is told before the call resolves')
    await create({...settings, metadata: {...name, name: 'other'}})
    const created = await create(settings)
    while (told.length < 2) await new Promise(setImmediate)
    await remove(created)
    await news.promise
    t.deepEqual(told, ['none', 'dark', 'none'])
    stop.abort()
    await create(settings)
    await new Promise(setImmediate)
    t.is(told.length, 3, 'nobody is told after the end')
  },
}

const service: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {name: 'web', namespace: 'default'},
  spec: {clusterIP: '10.96.0.20', ports: [{port: 80}]},
}

const settings: KubeObjectAny = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: 'settings', namespace: 'default'},
  data: {mode: 'dark'},
}

const {signal} = new AbortController()

/** A transport may tell changes in one piece or in several. */
async function collect(client: AgentClient, since: number, count: number) {
  let news = await client.changes(since, signal)
  while (news.changes.length < count) {
    const more = await client.changes(news.revision, signal)
    news = {revision: more.revision, changes: [...news.changes, ...more.changes]}
  }
  return news
}

function names(objects: readonly KubeObjectAny[]): readonly string[] {
  return objects.map(({metadata}) => metadata.name)
}
