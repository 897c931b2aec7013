import test from 'ava'
import {sampleNamespace, sampleNode, sampleReplicaSet, sampleService} from '../objects/_samples.ts'
import {runningWorld} from './_world.ts'

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
