import test from 'ava'
import {sampleDeployment, sampleReplicaSet, templateOf} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'

const key = {namespace: 'default', name: 'web'}

/** `web-… 2/3 rev 1` for each set, as its template's image. */
function setsOf(world: ReturnType<typeof simulation>): readonly string[] {
  return world.store
    .list('ReplicaSet')
    .toSorted((a, b) => revision(a) - revision(b))
    .map(set => {
      const [container] = set.spec.template.spec.containers
      return `${container?.image} ${set.spec.replicas} rev ${revision(set)}`
    })
}

function revision({metadata}: {metadata: {annotations?: Readonly<Record<string, string>>}}): number {
  return Number(metadata.annotations?.['deployment.kubernetes.io/revision'])
}

test('a deployment makes a set that is named by the hash of its template', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 3})])
  await world.settle()
  const [set] = world.store.list('ReplicaSet')
  const hash = set?.metadata.labels?.['pod-template-hash'] ?? ''
  t.regex(hash, /^[4-9bcdf]{1,10}$/)
  t.is(set?.metadata.name, `web-${hash}`)
  t.like(set, {
    metadata: {
      labels: {app: 'web'},
      annotations: {
        'deployment.kubernetes.io/revision': '1',
        'deployment.kubernetes.io/desired-replicas': '3',
        'deployment.kubernetes.io/max-replicas': '4',
      },
      ownerReferences: [{kind: 'Deployment', name: 'web', controller: true}],
    },
    spec: {replicas: 3, selector: {matchLabels: {app: 'web', 'pod-template-hash': hash}}},
  })
  t.true(world.pods().every(({metadata}) => new RegExp(`^web-${hash}-[a-z0-9]{5}$`).test(metadata.name)))
  t.deepEqual(world.told('web'), [`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`])
  const deployment = world.store.get('Deployment', key)
  t.is(deployment?.metadata.annotations?.['deployment.kubernetes.io/revision'], '1')
  const at = '2025-01-01T00:00:00Z'
  t.deepEqual(deployment?.status, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    conditions: [
      {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
        lastUpdateTime: at,
        lastTransitionTime: at,
      },
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "web-${hash}" has successfully progressed.`,
        lastUpdateTime: at,
        lastTransitionTime: at,
      },
    ],
  })
  await world.stop()
})

test('a rollout goes step by step, with one pod more and none less, and back again under a new number', async t => {
  const world = simulation()
  const strategy = {type: 'RollingUpdate', rollingUpdate: {maxSurge: 1, maxUnavailable: 0}} as const
  world.objects.apply([sampleDeployment('web', {replicas: 2, strategy})])
  await world.settle()
  const [first] = world.store.list('ReplicaSet')
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 2 rev 1', 'luksa/kubia:v2 1 rev 2'])
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 0 rev 1', 'luksa/kubia:v2 2 rev 2'])
  const steps = world
    .told('web')
    .map(line => line.replace(/web-\w+/, name => (name === first?.metadata.name ? 'v1' : 'v2')))
  t.deepEqual(steps.toSorted(), [
    'ScalingReplicaSet: Scaled down replica set v1 from 1 to 0',
    'ScalingReplicaSet: Scaled down replica set v1 from 2 to 1',
    'ScalingReplicaSet: Scaled up replica set v1 from 0 to 2',
    'ScalingReplicaSet: Scaled up replica set v2 from 0 to 1',
    'ScalingReplicaSet: Scaled up replica set v2 from 1 to 2',
  ])
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v1')})
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v2 0 rev 2', 'luksa/kubia:v1 2 rev 3'])
  t.is(
    world.store.get('ReplicaSet', {namespace: 'default', name: first?.metadata.name ?? ''})?.metadata.annotations?.[
      'deployment.kubernetes.io/revision-history'
    ],
    '1',
  )
  t.is(world.store.get('Deployment', key)?.metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
  await world.stop()
})

test('a deployment that recreates has no pod of the new template while one of the old is there', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 2, strategy: {type: 'Recreate'}})])
  await world.settle()
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 0 rev 1'])
  const [one, other] = world.pods()
  t.truthy(one?.metadata.deletionTimestamp)
  if (one) world.gone(one)
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 0 rev 1'])
  if (other) world.gone(other)
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 0 rev 1', 'luksa/kubia:v2 2 rev 2'])
  await world.stop()
})

test('a paused deployment is scaled but does not roll out until it is resumed', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 2})])
  await world.settle()
  world.change('Deployment', 'web', {paused: true, template: templateOf('web', 'luksa/kubia:v2'), replicas: 3})
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 3 rev 1'])
  const reason = () =>
    world.store.get('Deployment', key)?.status?.conditions?.find(({type}) => type === 'Progressing')?.reason
  t.is(reason(), 'DeploymentPaused')
  world.change('Deployment', 'web', {paused: false})
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 0 rev 1', 'luksa/kubia:v2 3 rev 2'])
  t.is(reason(), 'NewReplicaSetAvailable')
  await world.stop()
})

test('a rollout that is scaled in the middle gives each set its share', async t => {
  const world = simulation()
  const strategy = {type: 'RollingUpdate', rollingUpdate: {maxSurge: 3, maxUnavailable: 2}} as const
  world.objects.apply([sampleDeployment('web', {replicas: 10, strategy})])
  await world.settle()
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 8 rev 1', 'luksa/kubia:v2 5 rev 2'])
  world.change('Deployment', 'web', {replicas: 15})
  await world.idle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 11 rev 1', 'luksa/kubia:v2 7 rev 2'])
  await world.stop()
})

test('a rollout that does not get on for too long says so, once', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 1, progressDeadlineSeconds: 10})])
  await world.settle()
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.idle()
  await world.pass(9)
  const progress = () =>
    world.store.get('Deployment', key)?.status?.conditions?.find(({type}) => type === 'Progressing')
  t.is(progress()?.reason, 'ReplicaSetUpdated')
  await world.pass(3)
  t.like(progress(), {status: 'False', reason: 'ProgressDeadlineExceeded'})
  t.regex(progress()?.message ?? '', /^ReplicaSet "web-\w+" has timed out progressing\.$/)
  await world.settle()
  t.is(progress()?.reason, 'NewReplicaSetAvailable')
  await world.stop()
})

test('a pod counts as available when it has been ready for long enough, and not before', async t => {
  const world = simulation()
  const strategy = {type: 'RollingUpdate', rollingUpdate: {maxSurge: 1, maxUnavailable: 0}} as const
  world.objects.apply([sampleDeployment('web', {replicas: 2, minReadySeconds: 5, strategy})])
  await world.settle()
  const available = () => world.store.get('Deployment', key)?.status?.availableReplicas ?? 0
  t.is(available(), 0)
  await world.pass(4)
  t.is(available(), 0)
  await world.pass(1)
  t.is(available(), 2)
  world.change('Deployment', 'web', {template: templateOf('web', 'luksa/kubia:v2')})
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 2 rev 1', 'luksa/kubia:v2 1 rev 2'])
  await world.pass(5)
  await world.settle()
  t.deepEqual(setsOf(world), ['luksa/kubia:v1 1 rev 1', 'luksa/kubia:v2 2 rev 2'])
  await world.stop()
})

test('old sets beyond the limit go, the oldest first', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 1, revisionHistoryLimit: 1})])
  await world.settle()
  for (const image of ['busybox:2', 'busybox:3']) {
    world.change('Deployment', 'web', {template: templateOf('web', image)})
    await world.settle()
  }
  t.deepEqual(setsOf(world), ['busybox:2 0 rev 2', 'busybox:3 1 rev 3'])
  await world.stop()
})

test('a deployment adopts a set that it selects, and a name that is taken gives another', async t => {
  const world = simulation()
  const orphaned = sampleReplicaSet('orphan', 1, 'web')
  world.objects.apply([{...orphaned, metadata: {...orphaned.metadata, labels: {app: 'web'}}}])
  await world.settle()
  world.objects.apply([sampleDeployment('web', {replicas: 2})])
  await world.settle()
  const orphan = world.store.get('ReplicaSet', {namespace: 'default', name: 'orphan'})
  t.is(orphan?.metadata.ownerReferences?.[0]?.name, 'web')
  t.is(orphan?.spec.replicas, 0)
  await world.stop()
  const other = simulation()
  const [made] = world.store.list('ReplicaSet').filter(({metadata}) => metadata.name !== 'orphan')
  other.objects.apply([sampleReplicaSet(made?.metadata.name ?? '', 1, 'stranger')])
  other.objects.apply([sampleDeployment('web', {replicas: 2})])
  await other.settle()
  t.is(other.store.get('Deployment', key)?.status?.collisionCount, 1)
  t.is(other.store.get('Deployment', key)?.status?.availableReplicas, 2)
  await other.stop()
})

test('a deployment takes its sets and their pods along when it is deleted', async t => {
  const world = simulation()
  world.objects.apply([sampleDeployment('web', {replicas: 2})])
  await world.settle()
  world.objects.delete({kind: 'deploy', name: 'web'})
  await world.settle()
  t.deepEqual([...world.store.list('ReplicaSet'), ...world.pods()], [])
  await world.stop()
})
