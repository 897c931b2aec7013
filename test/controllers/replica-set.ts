import test from 'ava'
import {deletionOrder} from '../../src/controllers/deletion-order.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {sampleNode, samplePod, sampleReplicaSet} from '../objects/_samples.ts'
import {birth, runningWorld} from './_world.ts'

type Sketch = {
  readonly node?: string | undefined
  readonly phase?: 'Pending' | 'Running'
  readonly ready?: boolean
  readonly readySince?: number
  readonly cost?: number
  readonly restarts?: number
  readonly age?: number
}

/** A pod that runs, ready for 1000 s, on a node of its own, unless said otherwise; ages in seconds. */
function pod(name: string, sketch: Sketch): Pod {
  const {node = name, phase = 'Running', ready = true, readySince = 1000, cost, restarts = 0, age = 2000} = sketch
  const ago = (seconds: number) => new Date(birth - seconds * 1000).toISOString()
  const status = {name: 'c', image: 'i', imageID: '', ready, restartCount: restarts}
  const object = samplePod(name, {
    uid: name,
    spec: 'node' in sketch && node === '' ? {} : {nodeName: node},
    status: {
      phase,
      conditions: [{type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: ago(readySince)}],
      containerStatuses: [status],
    },
  })
  const annotations = {...(cost !== undefined && {'controller.kubernetes.io/pod-deletion-cost': `${cost}`})}
  return {...object, metadata: {...object.metadata, annotations, creationTimestamp: ago(age)}}
}

const first = test.macro({
  exec: (t, _title: string, going: Sketch, staying: Sketch, ...others: readonly Sketch[]) => {
    const pods = [
      pod('b-staying', staying),
      pod('c-going', going),
      ...others.map((other, index) => pod(`d${index}`, other)),
    ]
    const order = deletionOrder(pods, birth).map(({metadata}) => metadata.name)
    t.true(order.indexOf('c-going') < order.indexOf('b-staying'), order.join(' '))
  },
  title: (_, title) => `first goes a pod that ${title}`,
})

test(first, 'has no node', {node: '', ready: true}, {phase: 'Pending', ready: false})
test(first, 'is pending', {phase: 'Pending'}, {ready: false})
test(first, 'is not ready', {ready: false, cost: 5}, {cost: 0})
test(first, 'costs less to delete', {cost: -1}, {node: 'd0'}, {})
test(first, 'shares its node with others', {node: 'd0'}, {readySince: 1}, {})
test(first, 'became ready more recently', {readySince: 10, restarts: 0}, {restarts: 9})
test(first, 'was restarted more often', {restarts: 2}, {age: 1})
test(first, 'is newer', {age: 10}, {age: 2000})
test(
  first,
  'has the lower uid among those of about one age',
  {age: 2000},
  {age: 1900, readySince: 1001, restarts: 0, node: 'd0'},
  {node: 'c-going'},
)

test('a set is scaled up and down, and its status follows', async t => {
  const {store, objects, idle, stop} = runningWorld()
  const kubia = {kind: 'ReplicaSet', namespace: 'default', name: 'kubia'}
  objects.apply([sampleNode('node1'), sampleReplicaSet('kubia', 2)])
  for (const replicas of [5, 1, 0, 1200]) {
    objects.scale(kubia, replicas)
    await idle()
    t.is(store.list('Pod').length, replicas)
    t.is(store.get('ReplicaSet', kubia)?.status?.replicas, replicas)
    t.is(store.get('ReplicaSet', kubia)?.status?.readyReplicas, replicas || undefined)
  }
  await stop()
})

test('a pod of a set is what its template says and names its owner', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleReplicaSet('kubia', 1)])
  await idle()
  const [made] = store.list('Pod')
  t.like(made, {
    metadata: {
      generateName: 'kubia-',
      namespace: 'default',
      labels: {app: 'kubia'},
      ownerReferences: [
        {apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'kubia', controller: true, blockOwnerDeletion: true},
      ],
    },
    spec: {restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst'},
    status: {phase: 'Pending'},
  })
  await stop()
})

test('a set adopts a pod that it selects, and lets one go that is relabelled', async t => {
  const {store, objects, idle, stop} = runningWorld()
  objects.apply([sampleNode('node1'), samplePod('orphan', {labels: {app: 'kubia'}}), sampleReplicaSet('kubia', 2)])
  await idle()
  t.is(store.list('Pod').length, 2)
  const owners = () =>
    store.get('Pod', {namespace: 'default', name: 'orphan'})?.metadata.ownerReferences?.map(({name}) => name)
  t.deepEqual(owners(), ['kubia'])
  objects.apply([samplePod('orphan', {labels: {app: 'debugged'}})])
  await idle()
  t.is(store.list('Pod').length, 3)
  t.is(owners(), undefined)
  await stop()
})
