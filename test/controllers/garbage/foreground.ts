import test from 'ava'
import {sampleDeployment, sampleNode, sampleReplicaSet} from '../../objects/_samples.ts'
import {runningWorld} from '../_world.ts'
import {book, books, ownerIn} from './_books.ts'

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
