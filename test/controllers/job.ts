import test from 'ava'
import {isFinished, isTerminating} from '../../src/objects/pod-status.ts'
import {sampleJob} from '../objects/_samples.ts'
import {simulation} from './_simulation.ts'

type World = ReturnType<typeof simulation>

const jobOf = (world: World) => world.store.get('Job', {namespace: 'default', name: 'pi'})
const working = (world: World) => world.pods().filter(pod => !isFinished(pod) && !isTerminating(pod))

async function end(world: World, phase: 'Succeeded' | 'Failed', count = 1): Promise<void> {
  for (const pod of working(world).slice(0, count)) world.end(pod, phase)
  await world.idle()
}

const conditions = (world: World) =>
  jobOf(world)?.status?.conditions?.map(({type, status, reason}) => `${type} ${status} ${reason}`)

test('a job selects its pods by its uid, and is complete when they have succeeded', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {completions: 3, parallelism: 2})])
  await world.idle()
  const uid = jobOf(world)?.metadata.uid ?? ''
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'pi',
    'controller-uid': uid,
    'job-name': 'pi',
  }
  t.like(jobOf(world), {
    metadata: {labels},
    spec: {selector: {matchLabels: {'batch.kubernetes.io/controller-uid': uid}}},
    status: {active: 2, ready: 0, startTime: '2025-01-01T00:00:00Z'},
  })
  t.is(working(world).length, 2)
  t.like(working(world)[0], {metadata: {labels, generateName: 'pi-', ownerReferences: [{kind: 'Job'}]}})
  await end(world, 'Succeeded')
  t.is(working(world).length, 2)
  await end(world, 'Succeeded')
  t.is(working(world).length, 1)
  await world.pass(7)
  await end(world, 'Succeeded')
  t.deepEqual(conditions(world), ['SuccessCriteriaMet True CompletionsReached', 'Complete True CompletionsReached'])
  t.like(jobOf(world)?.status, {succeeded: 3, completionTime: '2025-01-01T00:00:07Z', ready: 0, terminating: 0})
  t.true(world.told('pi').includes('Completed: Job completed'))
  t.is(world.pods().length, 3)
  await world.stop()
})

test('a pod that fails is followed by another, later each time, up to the limit', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {backoffLimit: 2})])
  await world.idle()
  await end(world, 'Failed')
  t.is(working(world).length, 0)
  await world.pass(9)
  t.is(working(world).length, 0)
  await world.pass(2)
  t.is(working(world).length, 1)
  await end(world, 'Failed')
  await world.pass(19)
  t.is(working(world).length, 0)
  await world.pass(2)
  t.is(working(world).length, 1)
  await end(world, 'Failed')
  t.deepEqual(conditions(world), ['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded'])
  t.is(jobOf(world)?.status?.failed, 3)
  t.true(world.told('pi').includes('BackoffLimitExceeded: Job has reached the specified backoff limit'))
  await world.pass(1000)
  t.is(world.pods().length, 3)
  await world.stop()
})

test('containers that are restarted in place count against the limit', async t => {
  const world = simulation()
  const {template} = sampleJob('pi').spec
  world.objects.apply([
    sampleJob('pi', {backoffLimit: 2, template: {...template, spec: {...template.spec, restartPolicy: 'OnFailure'}}}),
  ])
  await world.idle()
  const [pod] = working(world)
  const container = {name: 'main', image: 'busybox', imageID: '', ready: true, restartCount: 2}
  if (pod) world.store.update({...pod, status: {...pod.status, phase: 'Running', containerStatuses: [container]}})
  await world.settle()
  t.deepEqual(conditions(world), ['FailureTarget True BackoffLimitExceeded', 'Failed True BackoffLimitExceeded'])
  t.deepEqual(world.pods(), [])
  await world.stop()
})

test('a job that works for too long fails, and its pods end', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {activeDeadlineSeconds: 30})])
  await world.settle()
  await world.pass(29)
  t.is(working(world).length, 1)
  await world.pass(1)
  t.deepEqual(conditions(world), ['FailureTarget True DeadlineExceeded'])
  await world.settle()
  t.deepEqual(conditions(world), ['FailureTarget True DeadlineExceeded', 'Failed True DeadlineExceeded'])
  t.deepEqual(world.pods(), [])
  await world.stop()
})

test('a job that is over is cleared away when its time has come, with its pods', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {ttlSecondsAfterFinished: 60})])
  await world.idle()
  await end(world, 'Succeeded')
  await world.pass(59)
  t.truthy(jobOf(world))
  await world.pass(1)
  t.is(jobOf(world), undefined)
  t.deepEqual(world.pods(), [])
  await world.stop()
})

test('a suspended job has no pods, and pods that it ended itself are no failures', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {parallelism: 2, completions: 2, backoffLimit: 0})])
  await world.settle()
  world.change('Job', 'pi', {suspend: true})
  await world.settle()
  t.deepEqual(world.pods(), [])
  t.deepEqual(conditions(world), ['Suspended True JobSuspended'])
  t.is(jobOf(world)?.status?.startTime, undefined)
  world.change('Job', 'pi', {suspend: false})
  await world.idle()
  t.is(working(world).length, 2)
  t.deepEqual(conditions(world), ['Suspended False JobResumed'])
  t.is(jobOf(world)?.status?.failed, undefined)
  await end(world, 'Succeeded', 2)
  t.is(jobOf(world)?.status?.succeeded, 2)
  await world.stop()
})

test('a pod that is deleted while it works counts as failed, and one that has succeeded goes on counting', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {completions: 2})])
  await world.settle()
  const [pod] = working(world)
  world.objects.delete({kind: 'po', name: pod?.metadata.name ?? ''})
  await world.settle()
  t.is(jobOf(world)?.status?.failed, 1)
  t.is(working(world).length, 1)
  await end(world, 'Succeeded')
  const [done] = world.pods().filter(isFinished)
  if (done) world.gone(done)
  await world.settle()
  t.is(jobOf(world)?.status?.succeeded, 1)
  await end(world, 'Succeeded')
  t.like(jobOf(world)?.status, {succeeded: 2, failed: 1})
  await world.stop()
})

test('workers on a queue are done when one of them has succeeded and the others have ended', async t => {
  const world = simulation()
  world.objects.apply([sampleJob('pi', {parallelism: 2})])
  await world.idle()
  await end(world, 'Succeeded')
  t.is(working(world).length, 1)
  t.is(conditions(world), undefined)
  await end(world, 'Succeeded')
  t.deepEqual(conditions(world), ['SuccessCriteriaMet True CompletionsReached', 'Complete True CompletionsReached'])
  await world.stop()
})
