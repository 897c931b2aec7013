import test from 'ava'
import {samplePod, sampleStatefulSet, templateOf} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'

const key = {namespace: 'default', name: 'web'}

function stateOf(world: ReturnType<typeof simulation>): readonly string[] {
  return world.pods().map(pod => {
    const version = pod.spec.containers[0]?.image.slice(-2)
    return `${pod.metadata.name} ${version}${pod.metadata.deletionTimestamp ? ' going' : ''}`
  })
}

const pod = (world: ReturnType<typeof simulation>, name: string) => {
  const found = world.store.get('Pod', {namespace: 'default', name})
  if (found === undefined) throw new Error(`${name} is not there`)
  return found
}

test('the pods of a stateful set come one after the other, each when the one before is ready', async t => {
  const world = simulation()
  world.objects.apply([sampleStatefulSet('web', {replicas: 2})])
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1'])
  world.run(pod(world, 'web-0'), false)
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1'])
  world.run(pod(world, 'web-0'))
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v1'])
  await world.settle()
  const [revision] = world.store.list('ControllerRevision')
  t.like(pod(world, 'web-1'), {
    metadata: {
      labels: {
        app: 'web',
        'apps.kubernetes.io/pod-index': '1',
        'statefulset.kubernetes.io/pod-name': 'web-1',
        'controller-revision-hash': revision?.metadata.name ?? '',
      },
    },
    spec: {hostname: 'web-1', subdomain: 'web'},
  })
  t.deepEqual(world.store.get('StatefulSet', key)?.status, {
    observedGeneration: 1,
    replicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    currentReplicas: 2,
    updatedReplicas: 2,
    currentRevision: revision?.metadata.name ?? '',
    updateRevision: revision?.metadata.name ?? '',
    collisionCount: 0,
  })
  t.deepEqual(world.told('web').toSorted(), [
    'SuccessfulCreate: create Pod web-0 in StatefulSet web successful',
    'SuccessfulCreate: create Pod web-1 in StatefulSet web successful',
  ])
  await world.stop()
})

test('a stateful set shrinks from its last pod on, and a pod comes back under its name', async t => {
  const world = simulation()
  world.objects.apply([sampleStatefulSet('web', {replicas: 3})])
  await world.settle()
  world.change('StatefulSet', 'web', {replicas: 1})
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v1', 'web-2 v1 going'])
  await world.settle()
  t.deepEqual(stateOf(world), ['web-0 v1'])
  const before = pod(world, 'web-0').metadata.uid
  world.objects.delete({kind: 'po', name: 'web-0'})
  await world.settle()
  t.deepEqual(stateOf(world), ['web-0 v1'])
  t.not(pod(world, 'web-0').metadata.uid, before)
  await world.stop()
})

test('a stateful set is updated from its last pod down to the partition', async t => {
  const world = simulation()
  const updateStrategy = {type: 'RollingUpdate', rollingUpdate: {partition: 1}} as const
  world.objects.apply([sampleStatefulSet('web', {replicas: 3, updateStrategy})])
  await world.settle()
  world.change('StatefulSet', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v1', 'web-2 v1 going'])
  await world.settle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v2', 'web-2 v2'])
  world.objects.delete({kind: 'po', name: 'web-0'})
  await world.settle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v2', 'web-2 v2'])
  t.like(world.store.get('StatefulSet', key)?.status, {currentReplicas: 1, updatedReplicas: 2})
  world.change('StatefulSet', 'web', {updateStrategy: {type: 'RollingUpdate', rollingUpdate: {partition: 0}}})
  await world.settle()
  t.deepEqual(stateOf(world), ['web-0 v2', 'web-1 v2', 'web-2 v2'])
  const {currentRevision, updateRevision} = world.store.get('StatefulSet', key)?.status ?? {}
  t.is(currentRevision, updateRevision)
  await world.stop()
})

test('a stateful set that works in parallel waits for nobody', async t => {
  const world = simulation()
  world.objects.apply([sampleStatefulSet('web', {replicas: 3, podManagementPolicy: 'Parallel'})])
  await world.idle()
  t.deepEqual(stateOf(world), ['web-0 v1', 'web-1 v1', 'web-2 v1'])
  world.change('StatefulSet', 'web', {replicas: 0})
  await world.idle()
  t.true(stateOf(world).every(line => line.endsWith('going')))
  await world.stop()
})

test("a stranger's pod with a name of the set is told of and waited for", async t => {
  const world = simulation()
  world.objects.apply([samplePod('web-0'), sampleStatefulSet('web', {replicas: 1})])
  await world.settle()
  t.deepEqual(world.told('web'), [
    'FailedCreate: create Pod web-0 in StatefulSet web failed error: pods "web-0" already exists',
  ])
  world.objects.delete({kind: 'po', name: 'web-0'})
  await world.settle()
  t.is(pod(world, 'web-0').metadata.ownerReferences?.[0]?.name, 'web')
  await world.stop()
})
