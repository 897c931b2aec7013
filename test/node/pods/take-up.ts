import test from 'ava'
import {takeUp} from '../../../src/node/pods/take-up.ts'
import type {ContainerState, ContainerStatus} from '../../../src/objects/container.ts'
import type {PodSpec, PodStatus, RestartPolicy} from '../../../src/objects/pod.ts'
import {kubeletWorld, podOf} from '../_fakes.ts'

const now = '2025-01-02T00:00:00Z'
const ran = {running: {startedAt: '2025-01-01T00:00:05Z'}}
const unseen = {exitCode: 255, reason: 'Unknown', startedAt: '2025-01-01T00:00:05Z', finishedAt: now}
const done = {exitCode: 0, reason: 'Completed', startedAt: '2025-01-01T00:00:01Z', finishedAt: '2025-01-01T00:00:02Z'}

function status(name: string, state: ContainerState, restartCount = 0, lastState?: ContainerState): ContainerStatus {
  return {name, image: 'busybox', imageID: '', ready: false, restartCount, state, ...(lastState && {lastState})}
}

function before(status: Partial<PodStatus>, spec: Partial<PodSpec> = {}) {
  const startTime = '2025-01-01T00:00:00Z'
  return {...podOf('a', spec), status: {phase: 'Running', startTime, ...status} as PodStatus}
}

test('a container that ran before the node went down is started again, and that counts', t => {
  const life = takeUp(before({containerStatuses: [status('main', ran, 2)]}), now)
  t.is(life.startedAt, '2025-01-01T00:00:00Z')
  t.like(life.containers.main, {
    state: {waiting: {reason: 'ContainerCreating'}},
    lastState: unseen,
    restarts: 3,
    crashes: 0,
  })
})

test('a pod that is new, or has not got further than waiting, begins as new', t => {
  const fresh = {state: {waiting: {reason: 'ContainerCreating'}}, restarts: 0, crashes: 0}
  t.deepEqual(takeUp(podOf('a'), now).containers, {main: fresh})
  t.is(takeUp(podOf('a'), now).startedAt, now)
  const waiting = before({containerStatuses: [status('main', {waiting: {reason: 'ErrImagePull', message: 'no'}})]})
  t.deepEqual(takeUp(waiting, now).containers, {main: fresh})
  t.deepEqual(takeUp(before({}), now).containers, {main: fresh})
})

const ends = test.macro({
  exec: (t, restartPolicy: RestartPolicy, state: ContainerState, expected: object) =>
    t.like(
      takeUp(before({containerStatuses: [status('main', state, 1)]}, {restartPolicy}), now).containers.main,
      expected,
    ),
  title: title => `a container ${title}`,
})

test('that ran is over where nothing is to be started again', ends, 'Never', ran, {
  state: {terminated: unseen},
  restarts: 1,
})
test('that ran is started again on failure: nobody saw it succeed', ends, 'OnFailure', ran, {
  lastState: unseen,
  restarts: 2,
})
test(
  'that had succeeded stays so on failure',
  ends,
  'OnFailure',
  {terminated: done},
  {state: {terminated: done}, restarts: 1},
)
test('that had succeeded is started again always', ends, 'Always', {terminated: done}, {lastState: done, restarts: 2})

test('a container that waited for its next try has it at once; one that had begun it is not counted twice', t => {
  const crashed = {terminated: {...done, exitCode: 1, reason: 'Error'}}
  const backOff = status('main', {waiting: {reason: 'CrashLoopBackOff'}}, 4, crashed)
  t.like(takeUp(before({containerStatuses: [backOff]}), now).containers.main, {
    restarts: 5,
    lastState: crashed.terminated,
  })
  const begun = status('main', {waiting: {reason: 'ContainerCreating'}}, 4, crashed)
  t.like(takeUp(before({containerStatuses: [begun]}), now).containers.main, {restarts: 4})
})

const withInit = {initContainers: [{name: 'init', image: 'busybox', command: ['true']}]}

test('init containers go first again, unless the pod is over', t => {
  const pod = before(
    {initContainerStatuses: [status('init', {terminated: done})], containerStatuses: [status('main', ran)]},
    withInit,
  )
  t.like(takeUp(pod, now).containers, {
    init: {state: {waiting: {reason: 'PodInitializing'}}, lastState: done, restarts: 1},
    main: {state: {waiting: {reason: 'PodInitializing'}}, restarts: 1},
  })
  const over = takeUp({...pod, spec: {...pod.spec, restartPolicy: 'Never'}}, now).containers
  t.like(over, {init: {state: {terminated: done}}, main: {state: {terminated: unseen}}})
})

test('a kubelet starts what was there before, and reports what is over without starting it', async t => {
  const {kubelet, calls, statuses} = kubeletWorld()
  const running = before({containerStatuses: [status('main', ran)]})
  const over = {
    ...running,
    metadata: {...running.metadata, name: 'b', uid: 'b'},
    spec: {...running.spec, restartPolicy: 'Never' as const},
  }
  await kubelet.sync([running, over])
  t.deepEqual(calls, ['hold pod-a', 'attach pod-a', 'start a/main sleep infinity'])
  t.like(statuses.get('a'), {phase: 'Running', startTime: '2025-01-01T00:00:00Z'})
  t.like(statuses.get('a')?.containerStatuses?.[0], {restartCount: 1, lastState: {terminated: {exitCode: 255}}})
  t.is(statuses.get('b')?.phase, 'Failed')
})
