import test from 'ava'
import {sampleNode, samplePod} from '../objects/_samples.ts'
import {runningWorld} from './_world.ts'

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
