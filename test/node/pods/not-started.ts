import test from 'ava'
import {RuntimeError} from '../../../src/node/runtime/runtime.ts'
import {deleted, kubeletWorld, podOf} from '../_fakes.ts'

test('a program that the image does not have counts as one that crashed, and is tried again', async t => {
  const {kubelet, asked, clock, statuses, surprises} = kubeletWorld()
  const notThere = () => {
    throw new RuntimeError('exec: "gone": executable file not found', 'StartError')
  }
  surprises.set('start a/main gone', notThere)
  await kubelet.sync([podOf('a', {containers: [{name: 'main', image: 'busybox', command: ['gone']}]})])
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    const [container] = statuses.get('a')?.containerStatuses ?? []
    t.deepEqual(container?.state?.waiting, {
      reason: 'CrashLoopBackOff',
      message: `back-off ${seconds}s restarting failed container=main pod=a_default(a)`,
    })
    t.like(container?.lastState?.terminated, {
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "gone": executable file not found',
    })
    asked()
    await clock.pass(seconds * 1000 - 1)
    t.deepEqual(asked(), [])
    await clock.pass(1)
    t.deepEqual(asked(), ['start a/main gone'])
  }
  t.is(statuses.get('a')?.containerStatuses?.[0]?.restartCount, 8)
  surprises.clear()
  await clock.pass(300_000)
  t.like(statuses.get('a'), {phase: 'Running', containerStatuses: [{ready: true, restartCount: 9}]})
})

test('a program that is not there is not tried again where nothing is restarted', async t => {
  const {kubelet, clock, statuses} = kubeletWorld()
  const containers = [{name: 'main', image: 'busybox', command: ['missing']}]
  await kubelet.sync([podOf('a', {restartPolicy: 'Never', containers})])
  await clock.pass(600_000)
  t.like(statuses.get('a'), {phase: 'Failed', containerStatuses: [{restartCount: 0}]})
  t.is(statuses.get('a')?.containerStatuses?.[0]?.state?.terminated?.reason, 'StartError')
})

test('an image is pulled again after 10, 20, ... s, at most 5 minutes, whatever the restart policy', async t => {
  const {kubelet, clock, stateOf, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a', {restartPolicy: 'Never', containers: [{name: 'main', image: 'ngnix'}]})])
  for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
    t.is(stateOf('a')?.waiting?.reason, 'ErrImagePull')
    await clock.pass(2000)
    t.is(stateOf('a')?.waiting?.reason, 'ImagePullBackOff')
    t.regex(
      stateOf('a')?.waiting?.message ?? '',
      /^Back-off pulling image "ngnix": ErrImagePull: image "ngnix" is not in/,
    )
    await clock.pass(seconds * 1000 - 2001)
    t.is(stateOf('a')?.waiting?.reason, 'ImagePullBackOff')
    await clock.pass(1)
  }
  t.is(statuses.get('a')?.containerStatuses?.[0]?.restartCount, 0)
})

test('a container that cannot be made is tried again after 10 s', async t => {
  const {kubelet, clock, stateOf, surprises} = kubeletWorld()
  surprises.set('start a/main sleep infinity', () => {
    throw new RuntimeError('mount(tmpfs): ENOSPC', 'SyscallError')
  })
  await kubelet.sync([podOf('a')])
  t.deepEqual(stateOf('a'), {waiting: {reason: 'CreateContainerError', message: 'mount(tmpfs): ENOSPC'}})
  surprises.clear()
  await clock.pass(2000)
  await clock.pass(7999)
  t.is(stateOf('a')?.waiting?.reason, 'CreateContainerError')
  await clock.pass(1)
  t.truthy(stateOf('a')?.running)
})

test('a pod that is deleted while its image is waited for is not tried again', async t => {
  const {kubelet, clock, asked} = kubeletWorld()
  const pod = podOf('a', {containers: [{name: 'main', image: 'ngnix'}]})
  await kubelet.sync([pod])
  await kubelet.sync([deleted(pod, 30)])
  asked()
  await clock.pass(2000)
  await clock.pass(600_000)
  t.deepEqual(asked(), [])
  t.deepEqual(kubelet.lives(), [])
})
