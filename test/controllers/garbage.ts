import test from 'ava'
import type {OwnerReference} from '../../src/objects/kube-object.ts'
import {sampleNode, samplePod, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
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
