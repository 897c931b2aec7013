import test from 'ava'
import type {PodPhase, RestartPolicy} from '../../../../src/objects/pod.ts'
import {kubeletWorld, podOf} from '../../_fakes.ts'

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

test('the end of a container that nobody knows is passed over', async t => {
  const {kubelet, asked, exit} = kubeletWorld()
  await exit('nobody/main', 0)
  await exit('', 0)
  await kubelet.sync([podOf('a')])
  await exit('a/other', 0)
  t.is(asked().at(-1), 'start a/main sleep infinity')
})
