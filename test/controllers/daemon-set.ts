import test from 'ava'
import {sampleDaemonSet, sampleNode, templateOf} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'

const key = {namespace: 'default', name: 'web'}
const image = ({spec}: {spec: {containers: readonly {image: string}[]}}) => spec.containers[0]?.image.slice(-2)

function onNodes(world: ReturnType<typeof simulation>): readonly string[] {
  return world
    .pods()
    .map(pod => `${pod.spec.nodeName} ${image(pod)}${pod.metadata.deletionTimestamp ? ' going' : ''}`)
    .toSorted()
}

test('a daemon set has a pod on each node, also on one that comes later, and none on one that goes', async t => {
  const world = simulation({nodes: 2})
  world.objects.apply([sampleDaemonSet('web')])
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1', 'node2 v1'])
  const [pod] = world.pods()
  const [revision] = world.store.list('ControllerRevision')
  t.is(pod?.metadata.labels?.['controller-revision-hash'], revision?.metadata.labels?.['controller-revision-hash'])
  t.is(revision?.metadata.name, `web-${revision?.metadata.labels?.['controller-revision-hash']}`)
  t.deepEqual(
    pod?.spec.tolerations?.map(({key, effect}) => `${key?.replace('node.kubernetes.io/', '')} ${effect}`),
    [
      'not-ready NoExecute',
      'unreachable NoExecute',
      'disk-pressure NoSchedule',
      'memory-pressure NoSchedule',
      'pid-pressure NoSchedule',
      'unschedulable NoSchedule',
    ],
  )
  t.deepEqual(world.store.get('DaemonSet', key)?.status, {
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    desiredNumberScheduled: 2,
    numberReady: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  })
  world.objects.apply([sampleNode('node3')])
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1', 'node2 v1', 'node3 v1'])
  world.objects.delete({kind: 'no', name: 'node1'})
  await world.settle()
  t.deepEqual(onNodes(world), ['node2 v1', 'node3 v1'])
  await world.stop()
})

test('a daemon waits for room on its node, and for no other', async t => {
  const world = simulation({nodes: 1})
  const full = {...sampleNode('full'), status: {allocatable: {pods: '0'}}}
  world.objects.apply([full, sampleDaemonSet('web')])
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1', 'undefined v1'])
  const waiting = world.pods().find(({spec}) => spec.nodeName === undefined)
  t.like(waiting?.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, {
    nodeSelectorTerms: [{matchFields: [{key: 'metadata.name', operator: 'In', values: ['full']}]}],
  })
  t.deepEqual(world.told(waiting?.metadata.name ?? ''), [
    "FailedScheduling: 0/2 nodes are available: 1 Too many pods, 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
  ])
  t.like(world.store.get('DaemonSet', key)?.status, {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 2,
    numberReady: 1,
  })
  world.objects.delete({kind: 'no', name: 'full'})
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1'])
  await world.stop()
})

test('a daemon set keeps off nodes with other labels or with taints that it does not tolerate', async t => {
  const world = simulation({nodes: 1})
  const {metadata, spec, ...rest} = sampleNode('disk')
  world.objects.apply([
    {...rest, metadata: {...metadata, labels: {disk: 'ssd'}}, spec},
    {...rest, metadata: {name: 'tainted', labels: {disk: 'ssd'}}, spec: {taints: [{key: 'own', effect: 'NoSchedule'}]}},
    {...rest, metadata: {name: 'cordoned', labels: {disk: 'ssd'}}, spec: {unschedulable: true}},
  ])
  const template = templateOf('web', 'luksa/kubia:v1')
  world.objects.apply([
    sampleDaemonSet('web', {template: {...template, spec: {...template.spec, nodeSelector: {disk: 'ssd'}}}}),
  ])
  await world.settle()
  t.deepEqual(onNodes(world), ['cordoned v1', 'disk v1'])
  const node = world.store.get('Node', {name: 'disk'})
  if (node) world.store.update({...node, metadata: {...node.metadata, labels: {}}})
  await world.settle()
  t.deepEqual(onNodes(world), ['cordoned v1'])
  await world.stop()
})

test('a daemon set rolls from node to node, and back from its history', async t => {
  const world = simulation({nodes: 2})
  world.objects.apply([sampleDaemonSet('web')])
  await world.settle()
  world.change('DaemonSet', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.is(onNodes(world).filter(line => line.endsWith('going')).length, 1)
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v2', 'node2 v2'])
  world.change('DaemonSet', 'web', {template: templateOf('web', 'luksa/kubia:v1')})
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1', 'node2 v1'])
  t.deepEqual(
    world.store
      .list('ControllerRevision')
      .map(({revision}) => revision)
      .toSorted(),
    [2, 3],
  )
  await world.stop()
})

test('a daemon set that surges starts the new pod of a node before the old one goes', async t => {
  const world = simulation({nodes: 1})
  const updateStrategy = {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 0, maxSurge: 1}} as const
  world.objects.apply([sampleDaemonSet('web', {updateStrategy})])
  await world.settle()
  await world.pass(5)
  world.change('DaemonSet', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.deepEqual(onNodes(world), ['node1 v1', 'node1 v2'])
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v2'])
  await world.stop()
})

test('a daemon set that replaces on deletion waits for it', async t => {
  const world = simulation({nodes: 1})
  world.objects.apply([sampleDaemonSet('web', {updateStrategy: {type: 'OnDelete'}})])
  await world.settle()
  world.change('DaemonSet', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v1'])
  world.objects.delete({kind: 'po', selector: 'app=web'})
  await world.settle()
  t.deepEqual(onNodes(world), ['node1 v2'])
  await world.stop()
})
