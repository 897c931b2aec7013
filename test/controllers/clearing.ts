import test from 'ava'
import type {OwnerReference} from '../../src/objects/kube-object.ts'
import {sampleNamespace, sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
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

test('a deleted namespace empties and goes', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const inShop = <T extends {metadata: {name: string}}>(object: T) => ({
    ...object,
    metadata: {...object.metadata, namespace: 'shop'},
  })
  objects.apply([
    sampleNode('node1'),
    sampleNamespace('shop'),
    inShop(sampleReplicaSet('web', 3)),
    inShop(sampleService('web')),
  ])
  await idle()
  t.is(store.list('Pod').length, 3)
  objects.delete({kind: 'ns', name: 'shop'})
  await idle()
  t.is(store.get('Namespace', {name: 'shop'}), undefined)
  t.deepEqual([...store.list('Pod'), ...store.list('Endpoints', {namespace: 'shop'})], [])
  await stop()
})

test('pods of a node that goes are taken away, pods of a node to come wait for it', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('node1'), samplePod('here'), samplePod('early', {spec: {nodeName: 'node2'}})])
  await idle()
  objects.delete({kind: 'node', name: 'node1'})
  await idle()
  t.deepEqual(
    store.list('Pod').map(({metadata}) => metadata.name),
    ['early'],
  )
  objects.delete({kind: 'pod', name: 'early'})
  await idle()
  t.deepEqual(store.list('Pod'), [], 'and a deleted one does not wait for a node that cannot answer')
  await stop()
})
