import test from 'ava'
import {backOff, type ContainerLife, ended, isRestarted, netnsOf, newPodLife} from '../../../src/node/pods/pod-life.ts'
import type {RestartPolicy} from '../../../src/objects/pod.ts'
import {podOf} from '../_fakes.ts'

test('a new pod waits for its containers to be created', t => {
  t.deepEqual(newPodLife(podOf('web'), '2025-01-01T00:00:00Z').containers, {
    main: {state: {waiting: {reason: 'ContainerCreating'}}, restarts: 0, crashes: 0},
  })
})

test("a pod's network namespace is named after its uid", t => {
  t.is(netnsOf(podOf('web')), 'pod-web')
})

test('back-off is nothing, then ten seconds that double up to five minutes', t => {
  t.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8, 100].map(backOff),
    [0, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000],
  )
})

const running = (startedAt: string): ContainerLife => ({
  state: {running: {startedAt}},
  restarts: 3,
  crashes: 3,
  process: {pid: 42, startedAt, environment: {}, workingDirectory: '/'},
  ready: true,
})

test('a container that ended keeps how it ended, and has no process', t => {
  t.deepEqual(ended(running('2025-01-01T00:00:00Z'), 137, '2025-01-01T00:00:09Z'), {
    state: {
      terminated: {
        exitCode: 137,
        reason: 'Error',
        startedAt: '2025-01-01T00:00:00Z',
        finishedAt: '2025-01-01T00:00:09Z',
      },
    },
    lastState: {
      exitCode: 137,
      reason: 'Error',
      startedAt: '2025-01-01T00:00:00Z',
      finishedAt: '2025-01-01T00:00:09Z',
    },
    restarts: 3,
    crashes: 4,
  })
})

test('code 0 is Completed', t => {
  t.is(ended(running('2025-01-01T00:00:00Z'), 0, '2025-01-01T00:00:09Z').state.terminated?.reason, 'Completed')
})

test('ten minutes of running make up for the crashes before', t => {
  t.is(ended(running('2025-01-01T00:00:00Z'), 1, '2025-01-01T00:09:59Z').crashes, 4)
  t.is(ended(running('2025-01-01T00:00:00Z'), 1, '2025-01-01T00:10:00Z').crashes, 1)
})

test('what ended without having started counts as a crash', t => {
  t.is(ended({state: {}, restarts: 0, crashes: 0}, 1, '2025-01-01T00:10:00Z').crashes, 1)
})

const codeOf = (exitCode: number) => ({state: {terminated: {exitCode}}})

test('the restart policy decides by the code, and is Always where it is not said', t => {
  const restarts = (restartPolicy: RestartPolicy) =>
    [0, 1].map(code => isRestarted(podOf('web', {restartPolicy}), 'main', codeOf(code)))
  t.deepEqual(restarts('Always'), [true, true])
  t.deepEqual(restarts('OnFailure'), [false, true])
  t.deepEqual(restarts('Never'), [false, false])
  t.true(isRestarted(podOf('web'), 'main', codeOf(0)))
})
