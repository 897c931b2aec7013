import test from 'ava'
import {imageNames} from '../../../src/images/index.ts'
import type {PodPhase, RestartPolicy} from '../../../src/objects/pod.ts'
import {isReady, podWord} from '../../../src/objects/pod-status.ts'
import {deleted, kubeletWorld, podOf, quiet} from '../_fakes.ts'

const stubborn = podOf('stubborn', {containers: [{name: 'main', image: 'busybox', command: ['stubborn']}]})

const two = podOf('two', {
  containers: [
    {name: 'web', image: 'luksa/kubia'},
    {name: 'side', image: 'busybox', command: ['stubborn']},
  ],
})

test('pods that come together are held, attached in one batch, then started', async t => {
  const {kubelet, calls} = kubeletWorld()
  await kubelet.sync([podOf('a'), podOf('b')])
  t.deepEqual(calls, [
    'hold pod-a',
    'hold pod-b',
    'attach pod-a pod-b',
    'start a/main sleep infinity',
    'start b/main sleep infinity',
  ])
})

test('a pod that runs is not started again', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([podOf('a')])
  t.deepEqual(asked(), [])
})

test('a running pod is reported with its address, phase and readiness', async t => {
  const {kubelet, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  const status = statuses.get('a')
  t.like(status, {phase: 'Running', podIP: '172.17.13.2', hostIP: '10.0.20.4', startTime: '2025-01-01T00:00:00Z'})
  t.true(isReady({...podOf('a'), ...(status && {status})}))
})

test('the containers of a pod start in one sandbox', async t => {
  const {kubelet, asked, statuses} = kubeletWorld()
  await kubelet.sync([two])
  t.deepEqual(asked(), ['hold pod-two', 'attach pod-two', 'start two/web node app.js', 'start two/side stubborn'])
  t.is(statuses.get('two')?.containerStatuses?.filter(({ready}) => ready).length, 2)
})

test('an image that is not in the catalogue is reported with those that are', async t => {
  const {kubelet, stateOf, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a', {containers: [{name: 'main', image: 'ngnix'}]}), podOf('b')])
  t.deepEqual(stateOf('a'), {
    waiting: {
      reason: 'ErrImagePull',
      message: `image "ngnix" is not in the catalogue; it has ${imageNames().join(', ')}`,
    },
  })
  t.is(statuses.get('a')?.phase, 'Pending')
  t.is(statuses.get('b')?.phase, 'Running', 'the other pod runs all the same')
})

test('a container that keeps ending is started after 0, 10, 20, ... s, at most 5 minutes', async t => {
  const {kubelet, clock, exit, running, stateOf, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  await exit('a/main', 1)
  t.true(running.has('a/main'), 'at once')
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    await exit('a/main', 1)
    t.is(stateOf('a')?.waiting?.reason, 'CrashLoopBackOff')
    t.is(stateOf('a')?.waiting?.message, `back-off ${seconds}s restarting failed container=main pod=a_default(a)`)
    await clock.pass(seconds * 1000 - 1)
    t.false(running.has('a/main'))
    await clock.pass(1)
    t.true(running.has('a/main'))
  }
  const [container] = statuses.get('a')?.containerStatuses ?? []
  t.is(container?.restartCount, 8)
  t.is(container?.lastState?.terminated?.exitCode, 1)
})

test('a container that ran for ten minutes is started again at once', async t => {
  const {kubelet, clock, exit, running} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  await exit('a/main', 1)
  await clock.pass(600_000)
  await exit('a/main', 1)
  t.true(running.has('a/main'))
})

const restart = test.macro({
  exec: async (t, restartPolicy: RestartPolicy, code: number, then: {restarts: boolean; phase: PodPhase}) => {
    const {kubelet, exit, running, statuses} = kubeletWorld()
    await kubelet.sync([podOf('a', {restartPolicy})])
    await exit('a/main', code)
    t.is(running.has('a/main'), then.restarts)
    t.is(statuses.get('a')?.phase, then.phase)
  },
  title: (_, policy, code, then: {restarts: boolean; phase: PodPhase}) =>
    `${policy} ${then.restarts ? 'restarts' : 'leaves'} what ended with ${code}`,
})

test(restart, 'Always', 0, {restarts: true, phase: 'Running'})
test(restart, 'Always', 1, {restarts: true, phase: 'Running'})
test(restart, 'OnFailure', 0, {restarts: false, phase: 'Succeeded'})
test(restart, 'OnFailure', 1, {restarts: true, phase: 'Running'})
test(restart, 'Never', 0, {restarts: false, phase: 'Succeeded'})
test(restart, 'Never', 1, {restarts: false, phase: 'Failed'})

test('a pod that OnFailure starts again is never reported as failed', async t => {
  const {kubelet, exit, phases} = kubeletWorld()
  await kubelet.sync([podOf('a', {restartPolicy: 'OnFailure'})])
  await exit('a/main', 1)
  await exit('a/main', 1)
  t.deepEqual(new Set(phases), new Set(['Running']))
})

test('a deleted pod gets SIGTERM, and what is left of it goes once its containers have ended', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  t.deepEqual(asked(), ['end a/main SIGTERM', 'detach pod-a', 'release pod-a', 'confirm a'])
  t.deepEqual(kubelet.lives(), [])
})

test('a program that does not care for SIGTERM gets SIGKILL when its grace is over', async t => {
  const {kubelet, asked, clock} = kubeletWorld()
  await kubelet.sync([stubborn])
  asked()
  await kubelet.sync([deleted(stubborn, 30)])
  await clock.pass(29_999)
  t.deepEqual(asked(), ['end stubborn/main SIGTERM'])
  await clock.pass(1)
  t.deepEqual(asked(), ['end stubborn/main SIGKILL', 'detach pod-stubborn', 'release pod-stubborn', 'confirm stubborn'])
})

test('a pod whose containers end one after the other is not ready as soon as the first has', async t => {
  const {kubelet, asked, exit, statuses} = kubeletWorld()
  await kubelet.sync([two])
  await kubelet.sync([deleted(two, 30)])
  await quiet()
  const status = statuses.get('two')
  t.false(isReady({...two, ...(status && {status})}))
  t.deepEqual(
    status?.containerStatuses?.map(({ready}) => ready),
    [false, true],
  )
  asked()
  await exit('two/side', 0)
  t.deepEqual(asked(), ['detach pod-two', 'release pod-two', 'confirm two'], 'the rest of the grace is not waited for')
})

test('a pod that ends is not started again, whatever its restart policy', async t => {
  const {kubelet, asked, clock, exit} = kubeletWorld()
  await kubelet.sync([two])
  await kubelet.sync([deleted(two, 30)])
  await exit('two/web', 1)
  await clock.pass(20_000)
  t.false(asked().some(line => line.startsWith('start two/web') && line !== 'start two/web node app.js'))
})

test('asking again with less grace shortens the wait', async t => {
  const {kubelet, asked, clock} = kubeletWorld()
  await kubelet.sync([stubborn])
  await kubelet.sync([deleted(stubborn, 30)])
  await clock.pass(1000)
  asked()
  await kubelet.sync([deleted(stubborn, 2)])
  await clock.pass(2000)
  t.is(asked()[0], 'end stubborn/main SIGKILL')
})

test('a pod that the API forgets is ended at once', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([stubborn])
  asked()
  await kubelet.sync([])
  await quiet()
  t.deepEqual(asked(), ['end stubborn/main SIGKILL', 'detach pod-stubborn', 'release pod-stubborn', 'confirm stubborn'])
})

test('a pod that the API forgets while it has grace is ended at once', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([stubborn])
  await kubelet.sync([deleted(stubborn, 30)])
  await quiet()
  asked()
  await kubelet.sync([])
  await quiet()
  t.is(asked()[0], 'end stubborn/main SIGKILL')
})

test('a pod that is deleted before it was started is only confirmed', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([deleted(podOf('a'), 30)])
  t.deepEqual(asked(), ['confirm a'])
})

test('a pod that has run to its end is not started', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([{...podOf('a'), status: {phase: 'Succeeded'}}])
  t.deepEqual(asked(), [])
})

test('another pod of the same name is another pod', async t => {
  const {kubelet, asked} = kubeletWorld()
  const again = {...podOf('a'), metadata: {...podOf('a').metadata, uid: 'again'}}
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([again])
  await quiet()
  t.true(asked().includes('start again/main sleep infinity'))
  t.deepEqual(
    kubelet.lives().map(({netns}) => netns),
    ['pod-again'],
  )
})

test('a pod that is deleted while a container is being started again leaves nothing running', async t => {
  const {kubelet, asked, exit, running, surprises} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  const slow = Promise.withResolvers<void>()
  surprises.set('start a/main sleep infinity', () => slow.promise)
  await exit('a/main', 1)
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  slow.resolve()
  await quiet()
  t.deepEqual([...running.keys()], [])
  t.is(asked().at(-1), 'end a/main SIGKILL')
  t.deepEqual(kubelet.lives(), [])
})

test('a pod that is deleted during its back-off is not started again', async t => {
  const {kubelet, clock, exit, running} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  await exit('a/main', 1)
  await exit('a/main', 1)
  await kubelet.sync([deleted(podOf('a'), 30)])
  await clock.pass(10_000)
  t.false(running.has('a/main'))
})

test('the end of a container that nobody knows is passed over', async t => {
  const {kubelet, asked, exit} = kubeletWorld()
  await exit('nobody/main', 0)
  await exit('', 0)
  await kubelet.sync([podOf('a')])
  await exit('a/other', 0)
  t.is(asked().at(-1), 'start a/main sleep infinity')
})

test('a pod whose namespaces cannot be made is reported, tried again, and keeps no other pod waiting', async t => {
  const {kubelet, asked, running, statuses, stateOf, surprises} = kubeletWorld()
  surprises.set('hold pod-a', () => {
    throw new Error('unshare(0x40000000): ENOSPC')
  })
  const error = await t.throwsAsync(kubelet.sync([podOf('a'), podOf('b')]))
  t.is(error?.message, 'pod default/a: unshare(0x40000000): ENOSPC')
  t.deepEqual([...running.keys()], ['b/main'])
  t.deepEqual(stateOf('a'), {waiting: {reason: 'ContainerCreating', message: 'unshare(0x40000000): ENOSPC'}})
  t.is(podWord({...podOf('a'), status: statuses.get('a') ?? {}}), 'ContainerCreating')

  surprises.clear()
  asked()
  await kubelet.sync([podOf('a'), podOf('b')])
  t.deepEqual(asked(), ['hold pod-a', 'attach pod-a', 'start a/main sleep infinity'])
})

test('pods that get no network together get it one by one, and only the one that spoils it goes without', async t => {
  const {kubelet, asked, running, stateOf, surprises} = kubeletWorld()
  const refuse = () => {
    throw new Error('no address is free in 172.17.13.0/30')
  }
  surprises.set('attach pod-a pod-b', refuse)
  surprises.set('attach pod-b', refuse)
  await t.throwsAsync(kubelet.sync([podOf('a'), podOf('b')]), {message: /^pod default\/b: no address is free/})
  t.deepEqual(asked(), [
    'hold pod-a',
    'hold pod-b',
    'attach pod-a pod-b',
    'detach pod-a pod-b',
    'attach pod-a',
    'attach pod-b',
    'detach pod-b',
    'release pod-b',
    'start a/main sleep infinity',
  ])
  t.deepEqual([...running.keys()], ['a/main'])
  t.is(stateOf('b')?.waiting?.message, 'no address is free in 172.17.13.0/30')
})

test("a pod's namespaces go and its deletion is confirmed even when its network does not let go", async t => {
  const {kubelet, asked, surprises} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  surprises.set('detach pod-a', () => {
    throw new Error('Device or resource busy')
  })
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  t.deepEqual(asked().slice(-3), ['detach pod-a', 'release pod-a', 'confirm a'])
})
