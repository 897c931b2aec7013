import test from 'ava'
import type {PodSpec} from '../../../src/objects/pod.ts'
import {podWord} from '../../../src/objects/pod-status.ts'
import {deleted, kubeletWorld, podOf, quiet} from '../_fakes.ts'

const initialised = (spec: Partial<PodSpec> = {}) =>
  podOf('a', {
    initContainers: [
      {name: 'one', image: 'busybox', command: ['true']},
      {name: 'two', image: 'busybox', command: ['wait']},
    ],
    ...spec,
  })

function watched() {
  const world = kubeletWorld()
  return {
    ...world,
    /** What kubectl shows of the pod, and the phase. */
    shown: () => {
      const status = world.statuses.get('a') ?? {}
      return `${podWord({...initialised(), status})}, ${status.phase}`
    },
  }
}

test('init containers run one after the other, and the others when the last is done', async t => {
  const {kubelet, exit, asked, shown} = watched()
  await kubelet.sync([initialised()])
  t.deepEqual(asked(), ['hold pod-a', 'attach pod-a', 'start a/one true'])
  t.is(shown(), 'Init:0/2, Pending')
  await exit('a/one', 0)
  t.deepEqual(asked(), ['start a/two wait'])
  t.is(shown(), 'Init:1/2, Pending')
  await exit('a/two', 0)
  t.deepEqual(asked(), ['start a/main sleep infinity'])
  t.is(shown(), 'Running, Running')
})

test('an init container that fails is tried again after its back-off', async t => {
  const {kubelet, clock, exit, asked, shown} = watched()
  await kubelet.sync([initialised()])
  await exit('a/one', 1)
  t.is(shown(), 'Init:0/2, Pending')
  asked()
  await exit('a/one', 1)
  t.is(shown(), 'Init:CrashLoopBackOff, Pending')
  t.deepEqual(asked(), [])
  await clock.pass(10_000)
  t.deepEqual(asked(), ['start a/one true'])
})

test('with the policy Never one failure is the end of the pod', async t => {
  const {kubelet, clock, exit, asked, shown} = watched()
  await kubelet.sync([initialised({restartPolicy: 'Never'})])
  asked()
  await exit('a/one', 3)
  await clock.pass(600_000)
  t.deepEqual(asked(), [])
  t.is(shown(), 'Init:Error, Failed')
})

test('with the policy Always an init container that is done is done', async t => {
  const {kubelet, exit, running} = watched()
  await kubelet.sync([initialised()])
  await exit('a/one', 0)
  await exit('a/two', 0)
  t.deepEqual([...running.keys()], ['a/main'])
})

test('an init container that never ends keeps no other pod waiting', async t => {
  const {kubelet, running} = watched()
  await kubelet.sync([initialised(), podOf('b')])
  t.deepEqual([...running.keys()].sort(), ['a/one', 'b/main'])
})

test('a pod that is deleted while it is initialised is ended like any other', async t => {
  const {kubelet, asked, running} = watched()
  await kubelet.sync([initialised()])
  asked()
  await kubelet.sync([deleted(initialised(), 30)])
  await quiet()
  t.deepEqual(asked(), ['end a/one SIGTERM', 'detach pod-a', 'release pod-a', 'confirm a'])
  t.deepEqual([...running.keys()], [])
})

test('an init container whose image is not known is what the pod waits for', async t => {
  const {kubelet, shown} = watched()
  await kubelet.sync([initialised({initContainers: [{name: 'one', image: 'ngnix'}]})])
  t.is(shown(), 'Init:ErrImagePull, Pending')
})

test('the status lists init containers apart, and which are not done', async t => {
  const {kubelet, exit, statuses} = watched()
  await kubelet.sync([initialised()])
  await exit('a/one', 0)
  const {initContainerStatuses = [], conditions = []} = statuses.get('a') ?? {}
  t.deepEqual(
    initContainerStatuses.map(({name, ready}) => [name, ready]),
    [
      ['one', true],
      ['two', false],
    ],
  )
  t.like(
    conditions.find(({type}) => type === 'Initialized'),
    {status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [two]'},
  )
})

test('a pod whose pause process dies is made anew: namespaces, address, init containers and all', async t => {
  const {kubelet, asked, exit, killPause, statuses} = watched()
  await kubelet.sync([initialised()])
  await exit('a/one', 0)
  await exit('a/two', 0)
  const before = statuses.get('a')?.podIP
  asked()
  await killPause('a')
  t.deepEqual(asked(), [
    'end a/main SIGTERM',
    'detach pod-a',
    'release pod-a',
    'hold pod-a',
    'attach pod-a',
    'start a/one true',
  ])
  await exit('a/one', 0)
  await exit('a/two', 0)
  const {podIP, containerStatuses, phase} = statuses.get('a') ?? {}
  t.is(phase, 'Running')
  t.not(podIP, before)
  t.is(containerStatuses?.[0]?.restartCount, 1)
  t.is(containerStatuses?.[0]?.lastState?.terminated?.exitCode, 143)
})

test('the containers of a pod whose pause process died are ended as always, hooks included, and none is started there', async t => {
  const {kubelet, asked, clock, killPause, surprises} = watched()
  const containers = [
    {name: 'main', image: 'busybox', command: ['one'], lifecycle: {preStop: {exec: {command: ['bye']}}}},
    {name: 'side', image: 'busybox', command: ['stubborn']},
  ]
  surprises.set('exec bye', () => clock.after(1000, new AbortController().signal))
  await kubelet.sync([podOf('a', {containers})])
  asked()
  await killPause('a')
  await killPause('a')
  await clock.pass(1000)
  t.deepEqual(asked(), ['exec bye', 'end a/side SIGTERM', 'end a/main SIGTERM'])
  await clock.pass(29_000)
  t.deepEqual(asked().slice(0, 3), ['end a/side SIGKILL', 'detach pod-a', 'release pod-a'])
})

test('a pod that is deleted while it is made anew leaves no namespaces', async t => {
  const {kubelet, asked, killPause, surprises} = watched()
  await kubelet.sync([podOf('a')])
  const slow = Promise.withResolvers<void>()
  surprises.set('hold pod-a', () => slow.promise)
  await killPause('a')
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  asked()
  slow.resolve()
  await quiet()
  t.deepEqual(asked(), ['attach pod-a', 'detach pod-a', 'release pod-a'])
  t.deepEqual(kubelet.lives(), [])
})

test('a pod that has run to its end is not made anew, nor one that is being ended', async t => {
  const {kubelet, asked, exit, killPause} = watched()
  await kubelet.sync([podOf('a', {restartPolicy: 'Never'})])
  await exit('a/main', 0)
  asked()
  await killPause('a')
  await killPause('unknown')
  t.deepEqual(asked(), [])
})
