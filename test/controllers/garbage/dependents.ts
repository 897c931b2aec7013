import test from 'ava'
import type {OwnerReference} from '../../../src/objects/kube-object.ts'
import {sampleNamespace, sampleNode, samplePod, sampleReplicaSet, sampleService} from '../../objects/_samples.ts'
import {runningWorld} from '../_world.ts'
import {book, books, ownerIn} from './_books.ts'

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

test('an owner in another namespace is none', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNamespace('shop'), book('a')])
  await idle()
  objects.apply([book('b', [ownerIn(store, 'a')], 'shop')])
  await idle()
  t.deepEqual(books(store), [['a']])
  await stop()
})
