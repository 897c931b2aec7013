import test from 'ava'
import {registeredNodes} from '../../src/controllers/registered-nodes.ts'
import type {Node} from '../../src/objects/node.ts'
import {runningWorld} from './_world.ts'

const node: Node = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'node1'}, spec: {}}

test('a node that is new is told of once, under its name', async t => {
  const {store, idle, stop} = runningWorld([registeredNodes])
  const created = store.create(node)
  await idle()
  store.update({...created, metadata: {...created.metadata, labels: {zone: 'a'}}})
  await idle()
  const events = store.list('Event')
  t.is(events.length, 1)
  t.like(events[0], {
    metadata: {namespace: 'default'},
    involvedObject: {kind: 'Node', name: 'node1', uid: 'node1'},
    reason: 'RegisteredNode',
    message: 'Node node1 event: Registered Node node1 in Controller',
    source: {component: 'node-controller'},
    count: 1,
  })
  await stop()
})
