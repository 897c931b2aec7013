import test from 'ava'
import {parseIp} from '../../../src/net/ip.ts'
import {type ContainerLife, newPodLife, type PodLife} from '../../../src/node/pods/pod-life.ts'
import {podStatus} from '../../../src/node/pods/status.ts'
import type {PodSpec} from '../../../src/objects/pod.ts'
import {isReady, podWord} from '../../../src/objects/pod-status.ts'
import {hostIp, podOf} from '../_fakes.ts'

const now = '2025-01-01T00:01:00Z'

const begun: ContainerLife = {
  ...{state: {running: {startedAt: '2025-01-01T00:00:01Z'}}, restarts: 0, crashes: 0},
  ...{started: true, ready: true},
}

const unready: ContainerLife = {...begun, ready: false}

const terminated = (exitCode: number): ContainerLife => {
  const state = {exitCode, reason: exitCode === 0 ? 'Completed' : 'Error'}
  return {state: {terminated: state}, lastState: state, restarts: 0, crashes: 1}
}

const waiting = (reason: string): ContainerLife => ({state: {waiting: {reason}}, restarts: 0, crashes: 0})

/** A pod's life with a container for each state given. */
function lifeOf(containers: readonly ContainerLife[], spec: Partial<PodSpec> = {}): PodLife {
  const names = containers.map((_, index) => `c${index}`)
  const pod = podOf('web', {containers: names.map(name => ({name, image: 'busybox'})), ...spec})
  return {
    ...newPodLife(pod, '2025-01-01T00:00:00Z'),
    sandbox: {pausePid: 42, ip: parseIp('172.17.13.2')},
    containers: Object.fromEntries(names.map((name, index) => [name, containers[index] as ContainerLife])),
  }
}

const word = test.macro({
  exec: (t, containers: readonly ContainerLife[], spec: Partial<PodSpec>, expected: string) => {
    const life = lifeOf(containers, spec)
    const status = podStatus(life, {hostIp, now})
    const ready = isReady({...life.pod, status}) ? 'ready' : 'not ready'
    t.is(`${status.phase}, ${ready}, kubectl says ${podWord({...life.pod, status})}`, expected)
  },
  title: (_, containers: readonly ContainerLife[], {restartPolicy = 'Always'}: Partial<PodSpec>, expected: string) =>
    `${restartPolicy} and ${containers.map(({state}) => JSON.stringify(state)).join(', ')}: ${expected}`,
})

test(word, [begun], {}, 'Running, ready, kubectl says Running')
test(word, [begun, begun], {}, 'Running, ready, kubectl says Running')
test(word, [unready], {}, 'Running, not ready, kubectl says Running')
test(word, [begun, unready], {}, 'Running, not ready, kubectl says Running')
test(word, [waiting('ContainerCreating')], {}, 'Pending, not ready, kubectl says ContainerCreating')
test(word, [begun, waiting('ErrImagePull')], {}, 'Pending, not ready, kubectl says ErrImagePull')
test(word, [terminated(1)], {}, 'Running, not ready, kubectl says Error')
test(word, [terminated(0)], {}, 'Running, not ready, kubectl says Completed')
test(word, [terminated(0)], {restartPolicy: 'Never'}, 'Succeeded, not ready, kubectl says Completed')
test(word, [terminated(1)], {restartPolicy: 'Never'}, 'Failed, not ready, kubectl says Error')
test(word, [terminated(0)], {restartPolicy: 'OnFailure'}, 'Succeeded, not ready, kubectl says Completed')
test(word, [terminated(1)], {restartPolicy: 'OnFailure'}, 'Running, not ready, kubectl says Error')
test(word, [begun, terminated(1)], {restartPolicy: 'Never'}, 'Running, not ready, kubectl says Error')
test(word, [terminated(0), terminated(2)], {restartPolicy: 'Never'}, 'Failed, not ready, kubectl says Completed')

test('a running pod has its addresses, its start and its containers', t => {
  t.like(podStatus(lifeOf([begun]), {hostIp, now}), {
    podIP: '172.17.13.2',
    podIPs: [{ip: '172.17.13.2'}],
    hostIP: '10.0.20.4',
    hostIPs: [{ip: '10.0.20.4'}],
    startTime: '2025-01-01T00:00:00Z',
    qosClass: 'BestEffort',
    containerStatuses: [
      {
        name: 'c0',
        image: 'busybox',
        imageID: 'podlab://busybox',
        containerID: 'podlab://web/c0',
        ready: true,
        started: true,
        restartCount: 0,
        state: {running: {startedAt: '2025-01-01T00:00:01Z'}},
      },
    ],
  })
})

test('a pod without a sandbox has no address yet', t => {
  const {sandbox: _, ...life} = lifeOf([waiting('ContainerCreating')])
  const status = podStatus(life, {hostIp, now})
  t.false('podIP' in status)
  t.is(status.conditions?.find(({type}) => type === 'PodReadyToStartContainers')?.status, 'False')
})

test('a container that crashes tells how it ended the last time', t => {
  const crashing: ContainerLife = {...waiting('CrashLoopBackOff'), lastState: {exitCode: 1}, restarts: 4}
  const [status] = podStatus(lifeOf([crashing]), {hostIp, now}).containerStatuses ?? []
  t.like(status, {restartCount: 4, ready: false, lastState: {terminated: {exitCode: 1}}})
})

test('a condition remembers when it last changed', t => {
  const life = lifeOf([begun])
  const first = podStatus(life, {hostIp, now})
  const pod = {...life.pod, status: first}
  const later = podStatus({...life, pod, containers: {c0: terminated(1)}}, {hostIp, now: '2025-01-01T00:09:00Z'})
  const changes = Object.fromEntries((later.conditions ?? []).map(one => [one.type, one.lastTransitionTime]))
  t.deepEqual(changes, {
    PodReadyToStartContainers: now,
    Initialized: now,
    Ready: '2025-01-01T00:09:00Z',
    ContainersReady: '2025-01-01T00:09:00Z',
    PodScheduled: now,
  })
})

test('a pod that is not ready says which containers are to blame', t => {
  const {conditions = []} = podStatus(lifeOf([begun, unready, waiting('ErrImagePull')]), {hostIp, now})
  const [ready] = conditions.filter(({type}) => type === 'Ready')
  t.like(ready, {reason: 'ContainersNotReady', message: 'containers with unready status: [c1 c2]'})
})

test('a pod that has done its work is not ready for that reason', t => {
  const {conditions = []} = podStatus(lifeOf([terminated(0)], {restartPolicy: 'Never'}), {hostIp, now})
  t.is(conditions.find(({type}) => type === 'Ready')?.reason, 'PodCompleted')
})
