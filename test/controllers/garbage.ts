import test from 'ava'
import fc from 'fast-check'
import type {ConfigMap} from '../../src/objects/config-map.ts'
import type {KubeObjectAny} from '../../src/objects/kinds.ts'
import type {OwnerReference} from '../../src/objects/kube-object.ts'
import type {Propagation} from '../../src/store/deletion.ts'
import type {Store} from '../../src/store/store.ts'
import {
  sampleDeployment,
  sampleNamespace,
  sampleNode,
  samplePod,
  sampleReplicaSet,
  sampleService,
} from '../objects/_samples.ts'
import {runningWorld} from './_world.ts'

test('what a deleted owner leaves is cleared away, what has another owner stays', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const owner = (name: string): OwnerReference => ({
    apiVersion: 'v1',
    kind: 'Service',
    name,
    uid: store.get('Service', {namespace: 'default', name})?.metadata.uid ?? '',
  })
  objects.apply([sampleNode('node1'), sampleService('a'), sampleService('b')])
  const owned = (name: string, ...owners: OwnerReference[]) => {
    const pod = samplePod(name)
    return {...pod, metadata: {...pod.metadata, ownerReferences: owners}}
  }
  const foreign = {apiVersion: 'example.com/v1', kind: 'Robot', name: 'r', uid: 'r'}
  objects.apply([owned('one', owner('a')), owned('two', owner('a'), owner('b')), owned('strange', foreign)])
  await idle()
  objects.delete({kind: 'svc', name: 'a'})
  await idle()
  t.deepEqual(
    store.list('Pod').map(({metadata}) => [metadata.name, metadata.ownerReferences?.map(({name}) => name)]),
    [
      ['strange', ['r']],
      ['two', ['b']],
    ],
  )
  await stop()
})

test('what claims an owner that is gone already is cleared away', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const pod = samplePod('late')
  const ownerReferences = [{apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'kubia', uid: 'an earlier one'}]
  objects.apply([sampleReplicaSet('kubia', 0), {...pod, metadata: {...pod.metadata, ownerReferences}}])
  await idle()
  t.deepEqual(store.list('Pod'), [])
  await stop()
})

test('with foreground deletion, an owner stays until its dependents are gone', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('node1'), sampleReplicaSet('kubia', 2)])
  await idle()
  t.is(store.list('Pod').length, 2)
  const place = {namespace: 'default', name: 'kubia'}
  const {object, gone} = objects.remove('ReplicaSet', place, {propagation: 'Foreground'})
  t.false(gone)
  t.deepEqual(object.metadata.finalizers, ['foregroundDeletion'])
  const since = store.revision
  await idle()
  t.is(store.get('ReplicaSet', place), undefined)
  t.deepEqual(store.list('Pod'), [])
  const deleted = store.changes(since).filter(({type}) => type === 'DELETED')
  t.deepEqual(
    deleted.map(change => change.object.kind).filter(kind => kind !== 'Event'),
    ['Pod', 'Pod', 'ReplicaSet'],
  )
  await stop()
})

test('an owner that orphans its dependents leaves them behind', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('node1'), sampleReplicaSet('kubia', 2)])
  await idle()
  objects.remove('ReplicaSet', {namespace: 'default', name: 'kubia'}, {propagation: 'Orphan'})
  await idle()
  t.deepEqual(store.list('ReplicaSet'), [])
  t.deepEqual(
    store.list('Pod').map(({metadata}) => metadata.ownerReferences ?? []),
    [[], []],
  )
  await stop()
})

test('a finalizer holds an object up until whoever is named in it takes it out', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const service = sampleService('a')
  objects.apply([{...service, metadata: {...service.metadata, finalizers: ['example.com/books']}}])
  const place = {namespace: 'default', name: 'a'}
  const {gone} = objects.remove('Service', place)
  t.false(gone)
  await idle()
  const held = store.get('Service', place)
  t.truthy(held?.metadata.deletionTimestamp)
  if (held) objects.replace({...held, metadata: {...held.metadata, finalizers: []}})
  t.is(store.get('Service', place), undefined)
  await stop()
})

test('foreground deletion goes down to the last dependents, and they go first', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('node1'), sampleDeployment('web', {replicas: 2})])
  await idle()
  const since = store.revision
  objects.remove('Deployment', {namespace: 'default', name: 'web'}, {propagation: 'Foreground'})
  await idle()
  const order = store.changes(since).flatMap(({type, object}) => (type === 'DELETED' ? [object.kind] : []))
  t.deepEqual(
    order.filter(kind => kind !== 'Event'),
    ['Pod', 'Pod', 'ReplicaSet', 'Deployment'],
  )
  await stop()
})

const book = (name: string, owners: readonly OwnerReference[] = [], namespace = 'default'): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name, namespace, ...(owners.length > 0 && {ownerReferences: owners})},
})

function ownerIn(store: Store, name: string, more: Partial<OwnerReference> = {}): OwnerReference {
  const {uid = ''} = store.get('ConfigMap', {namespace: 'default', name})?.metadata ?? {}
  return {apiVersion: 'v1', kind: 'ConfigMap', name, uid, ...more}
}

const books = (store: Store) =>
  store
    .list('ConfigMap')
    .map(({metadata: {name, ownerReferences = []}}) => [name, ...ownerReferences.map(one => one.name)])

test('a dependent with another owner stays, and its owner does not wait for it', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([book('a'), book('b')])
  objects.apply([
    book(
      'c',
      ['a', 'b'].map(name => ownerIn(store, name, {blockOwnerDeletion: true})),
    ),
  ])
  await idle()
  objects.remove('ConfigMap', {namespace: 'default', name: 'a'}, {propagation: 'Foreground'})
  await idle()
  t.deepEqual(books(store), [['b'], ['c', 'b']])
  await stop()
})

test('an owner waits only for those that block it', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([book('a')])
  const held = (name: string, blockOwnerDeletion: boolean) => {
    const {metadata, ...rest} = book(name, [ownerIn(store, 'a', {blockOwnerDeletion})])
    return {...rest, metadata: {...metadata, finalizers: ['example.com/books']}}
  }
  objects.apply([held('slow', false)])
  await idle()
  objects.remove('ConfigMap', {namespace: 'default', name: 'a'}, {propagation: 'Foreground'})
  await idle()
  t.deepEqual(books(store), [['slow', 'a']])
  objects.apply([book('b')])
  objects.apply(
    [held('heavy', true)].map(one => ({
      ...one,
      metadata: {...one.metadata, ownerReferences: [ownerIn(store, 'b', {blockOwnerDeletion: true})]},
    })),
  )
  await idle()
  objects.remove('ConfigMap', {namespace: 'default', name: 'b'}, {propagation: 'Foreground'})
  await idle()
  t.deepEqual(
    books(store).map(([name]) => name),
    ['b', 'heavy', 'slow'],
  )
  await stop()
})

test('two that own each other do not wait for each other for ever', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([book('a'), book('b')])
  const own = (name: string, of: string) => {
    const found = store.get('ConfigMap', {namespace: 'default', name: of})
    if (found)
      objects.replace({
        ...found,
        metadata: {...found.metadata, ownerReferences: [ownerIn(store, name, {blockOwnerDeletion: true})]},
      })
  }
  own('a', 'b')
  own('b', 'a')
  await idle()
  objects.remove('ConfigMap', {namespace: 'default', name: 'a'}, {propagation: 'Foreground'})
  await idle()
  t.deepEqual(books(store), [])
  await stop()
})

test('an owner in another namespace is none', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNamespace('shop'), book('a')])
  await idle()
  objects.apply([book('b', [ownerIn(store, 'a')], 'shop')])
  await idle()
  t.deepEqual(books(store), [['a']])
  await stop()
})

type Step =
  | {readonly do: 'own'; readonly owner: number; readonly dependent: number; readonly block: boolean}
  | {readonly do: 'delete'; readonly which: number; readonly propagation: Propagation}

const index = fc.nat(5)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({do: fc.constant('own' as const), owner: index, dependent: index, block: fc.boolean()}),
  fc.record({
    do: fc.constant('delete' as const),
    which: index,
    propagation: fc.constantFrom<Propagation>('Background', 'Foreground', 'Orphan'),
  }),
)

test('whatever owns what and however it is deleted, those are left that a simple model leaves', async t => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, {maxLength: 25}), async steps => {
      const {store, objects, idle, stop} = runningWorld()
      const model = new Map([0, 1, 2, 3, 4, 5].map(one => [`${one}`, new Set<string>()]))
      objects.apply([...model.keys()].map(name => book(name)))
      await idle()
      for (const one of steps) {
        if (one.do === 'own') addOwner(one)
        else if (model.has(`${one.which}`)) {
          const name = `${one.which}`
          objects.remove('ConfigMap', {namespace: 'default', name}, {propagation: one.propagation})
          deleteIn(model, name, one.propagation)
        }
        await idle()
        t.deepEqual(
          books(store).map(([name, ...owners]) => [name, ...owners.toSorted()]),
          [...model].map(([name, owners]) => [name, ...[...owners].toSorted()]),
        )
      }
      await stop()

      function addOwner({owner, dependent, block}: Extract<Step, {do: 'own'}>): void {
        const found = store.get('ConfigMap', {namespace: 'default', name: `${dependent}`})
        const owners = model.get(`${dependent}`)
        if (owner === dependent || !found || !model.has(`${owner}`) || !owners || owners.has(`${owner}`)) return
        owners.add(`${owner}`)
        const reference = ownerIn(store, `${owner}`, {blockOwnerDeletion: block})
        const ownerReferences = [...(found.metadata.ownerReferences ?? []), reference]
        objects.replace({...found, metadata: {...found.metadata, ownerReferences}})
      }
    }),
    {numRuns: 200},
  )
})

/** What is left when one of some objects goes: those that had an owner and have none any more go too. */
function deleteIn(model: Map<string, Set<string>>, name: string, propagation: Propagation): void {
  model.delete(name)
  const dependents = [...model].filter(([, owners]) => owners.delete(name))
  if (propagation === 'Orphan') return
  for (const [dependent, owners] of dependents)
    if (owners.size === 0 && model.has(dependent)) deleteIn(model, dependent, 'Background')
}

test('an owner that goes in the foreground goes after all that block it', async t => {
  const edges = fc.array(fc.tuple(index, index), {maxLength: 12})
  await fc.assert(
    fc.asyncProperty(edges, index, async (pairs, root) => {
      const {store, objects, idle, stop} = runningWorld()
      const names = [0, 1, 2, 3, 4, 5].map(String)
      objects.apply(names.map(name => book(name)))
      for (const [a, b] of pairs) {
        const found = store.get('ConfigMap', {namespace: 'default', name: `${Math.max(a, b)}`})
        const reference = ownerIn(store, `${Math.min(a, b)}`, {blockOwnerDeletion: true})
        const known = found?.metadata.ownerReferences ?? []
        if (a !== b && found && !known.some(({uid}) => uid === reference.uid))
          objects.replace({...found, metadata: {...found.metadata, ownerReferences: [...known, reference]}})
      }
      await idle()
      const since = store.revision
      objects.remove('ConfigMap', {namespace: 'default', name: `${root}`}, {propagation: 'Foreground'})
      await idle()
      await stop()
      const gone = store
        .changes(since)
        .filter(({type, object}) => type === 'DELETED' && object.kind === 'ConfigMap')
        .map(({object}): KubeObjectAny => object)
      for (const [place, {metadata}] of gone.entries())
        for (const {name} of metadata.ownerReferences ?? []) {
          const owner = gone.findIndex(one => one.metadata.name === name)
          t.true(owner === -1 || owner > place, `${name} went before ${metadata.name}`)
        }
    }),
    {numRuns: 150},
  )
})
