import test from 'ava'
import type {Container} from '../../../src/objects/container.ts'
import type {PodSpec} from '../../../src/objects/pod.ts'
import {deleted, kubeletWorld, podOf} from '../_fakes.ts'

/** A pod `a` with these probes or hooks in its container `main`, and what its container is known as now. */
async function probed(container: Partial<Container>, spec: Partial<PodSpec> = {}) {
  const world = kubeletWorld()
  const main = {name: 'main', image: 'busybox', command: ['sleep', 'infinity'], ...container}
  const pod = podOf('a', {containers: [main], ...spec})
  await world.kubelet.sync([pod])
  return {
    ...world,
    pod,
    container: () => world.statuses.get('a')?.containerStatuses?.[0],
    /** Lets so many seconds pass, one after the other. */
    seconds: async (count: number) => {
      for (let second = 0; second < count; second++) await world.clock.pass(1000)
    },
  }
}

const every = (seconds: number, failureThreshold = 1) => ({periodSeconds: seconds, failureThreshold})

const no = {came: 'failure', said: 'connection refused'} as const

test('a container with a readiness probe is ready when it says so, and no longer when it does not', async t => {
  const world = kubeletWorld()
  world.answers.set('http 172.17.13.2:8080/ready', {came: 'answer', code: 503, said: ''})
  const readinessProbe = {httpGet: {path: '/ready', port: 'web'}, ...every(1, 2)}
  const ports = [{name: 'web', containerPort: 8080}]
  await world.kubelet.sync([podOf('a', {containers: [{name: 'main', image: 'nginx', ports, readinessProbe}]})])
  const isReady = () => world.statuses.get('a')?.conditions?.find(({type}) => type === 'Ready')?.status
  t.is(isReady(), 'False')
  t.is(
    world.kubelet.lives()[0]?.containers.main?.complaint,
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
  )
  world.answers.set('http 172.17.13.2:8080/ready', {came: 'answer', code: 399, said: ''})
  await world.clock.pass(1000)
  t.is(isReady(), 'True')
  t.is(world.kubelet.lives()[0]?.containers.main?.complaint, undefined)
  world.answers.set('http 172.17.13.2:8080/ready', no)
  await world.clock.pass(1000)
  t.is(isReady(), 'True', 'once is not enough')
  await world.clock.pass(1000)
  t.is(isReady(), 'False')
})

test('a liveness probe that fails ends the container, which is started again', async t => {
  const {answers, asked, seconds, container} = await probed({livenessProbe: {tcpSocket: {port: 80}, ...every(10, 3)}})
  t.true(container()?.ready)
  answers.set('tcp 172.17.13.2:80', no)
  await seconds(29)
  asked()
  await seconds(1)
  t.deepEqual(asked(), [
    'tcp 172.17.13.2:80',
    'end a/main SIGTERM',
    'start a/main sleep infinity',
    'tcp 172.17.13.2:80',
  ])
  t.is(container()?.restartCount, 1)
})

test('with OnFailure a container whose liveness failed is started again, even when it ends with 0; with Never it is not', async t => {
  for (const [restartPolicy, count] of [
    ['OnFailure', 1],
    ['Never', 0],
  ] as const) {
    const world = await probed(
      {command: ['stubborn'], livenessProbe: {tcpSocket: {port: 80}, ...every(10)}},
      {restartPolicy},
    )
    world.answers.set('tcp 172.17.13.2:80', no)
    await world.clock.pass(10_000)
    await world.exit('a/main', 0)
    t.is(world.container()?.restartCount, count, restartPolicy)
    t.false(restartPolicy === 'OnFailure' && world.phases.includes('Succeeded'))
  }
})

test('while the startup probe has not succeeded, the others are not asked and the container is not ready', async t => {
  const world = kubeletWorld()
  world.answers.set('exec cat /started', {came: 'answer', code: 1, said: 'cat: /started: No such file'})
  const probes = {
    startupProbe: {exec: {command: ['cat', '/started']}, ...every(1, 30)},
    livenessProbe: {exec: {command: ['live']}, ...every(5)},
    readinessProbe: {exec: {command: ['ready']}, ...every(5)},
  }
  await world.kubelet.sync([
    podOf('a', {containers: [{name: 'main', image: 'busybox', command: ['sleep'], ...probes}]}),
  ])
  const container = () => world.statuses.get('a')?.containerStatuses?.[0]
  world.asked()
  await world.clock.pass(1000)
  t.deepEqual(world.asked(), ['exec cat /started'])
  t.like(container(), {started: false, ready: false})
  world.answers.delete('exec cat /started')
  await world.clock.pass(1000)
  t.deepEqual(world.asked(), ['exec cat /started', 'exec ready', 'exec live'])
  t.like(container(), {started: true, ready: true})
  await world.clock.pass(1000)
  t.deepEqual(world.asked(), [], 'a container starts once')
})

test('a startup probe that fails too often ends the container', async t => {
  const {answers, asked, clock} = await probed({
    startupProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 1, ...every(1, 2)},
  })
  answers.set('tcp 172.17.13.2:80', no)
  asked()
  await clock.pass(1000)
  await clock.pass(1000)
  t.deepEqual(asked(), [
    'tcp 172.17.13.2:80',
    'tcp 172.17.13.2:80',
    'end a/main SIGTERM',
    'start a/main sleep infinity',
  ])
})

test("a port's name that no container has says nothing of the container, but why it is not ready", async t => {
  const {kubelet, container, seconds} = await probed({
    livenessProbe: {httpGet: {port: 'htpp'}, ...every(1)},
    readinessProbe: {tcpSocket: {port: 'htpp'}, ...every(1)},
  })
  await seconds(30)
  t.like(container(), {ready: false, restartCount: 0})
  t.is(kubelet.lives()[0]?.containers.main?.complaint, 'Readiness probe errored: port htpp not found in container main')
})

test('a program that the container does not have says nothing of it, either', async t => {
  const {answers, container, seconds} = await probed({
    livenessProbe: {exec: {command: ['missing']}, initialDelaySeconds: 1},
  })
  answers.set('exec missing', {came: 'error', said: 'exec: "missing": executable file not found in $PATH (/bin)'})
  await seconds(60)
  t.is(container()?.restartCount, 0)
})

test('probes are asked as long as a container lives, and no longer', async t => {
  const {asked, exit, clock, seconds} = await probed(
    {readinessProbe: {tcpSocket: {port: 80}, ...every(1)}},
    {restartPolicy: 'Never'},
  )
  await exit('a/main', 0)
  asked()
  await seconds(5)
  t.deepEqual(asked(), [])
  await clock.pass(0)
})

test('when a pod is being ended, liveness is of no interest any more, and readiness is', async t => {
  const {kubelet, pod, asked, seconds} = await probed({
    command: ['stubborn'],
    livenessProbe: {exec: {command: ['live']}, ...every(1)},
    readinessProbe: {exec: {command: ['ready']}, ...every(1)},
  })
  await kubelet.sync([deleted(pod, 30)])
  asked()
  await seconds(2)
  t.deepEqual(asked(), ['exec ready', 'exec ready'])
})

test('a preStop hook comes before SIGTERM and is paid from the grace', async t => {
  const {kubelet, pod, asked, clock, surprises} = await probed({
    command: ['stubborn'],
    lifecycle: {preStop: {exec: {command: ['bye']}}},
  })
  surprises.set('exec bye', () => clock.after(20_000, new AbortController().signal))
  asked()
  await kubelet.sync([deleted(pod, 30)])
  await clock.pass(19_999)
  t.deepEqual(asked(), ['exec bye'])
  await clock.pass(1)
  t.deepEqual(asked(), ['end a/main SIGTERM'])
  await clock.pass(9999)
  t.deepEqual(asked(), [])
  await clock.pass(1)
  t.is(asked()[0], 'end a/main SIGKILL')
})

test('when the hook has used up the grace, two seconds are left for the program', async t => {
  const {kubelet, pod, asked, clock, surprises} = await probed({
    command: ['stubborn'],
    lifecycle: {preStop: {sleep: {seconds: 30}}},
  })
  t.is(surprises.size, 0)
  asked()
  await kubelet.sync([deleted(pod, 30)])
  await clock.pass(30_000)
  t.deepEqual(asked(), ['end a/main SIGTERM'])
  await clock.pass(1999)
  t.deepEqual(asked(), [])
  await clock.pass(1)
  t.is(asked()[0], 'end a/main SIGKILL')
})

test('a preStop hook that hangs ends when the grace is cut', async t => {
  const {kubelet, pod, asked, surprises} = await probed({lifecycle: {preStop: {exec: {command: ['hang']}}}})
  surprises.set('exec hang', () => new Promise(() => undefined))
  await kubelet.sync([deleted(pod, 30)])
  asked()
  await kubelet.sync([])
  t.is(asked()[0], 'end a/main SIGKILL')
})

test('a container counts as running when its postStart hook is done; the next waits for it', async t => {
  const world = kubeletWorld()
  const slow = Promise.withResolvers<void>()
  world.surprises.set('exec prepare', () => slow.promise)
  const containers = [
    {name: 'first', image: 'busybox', command: ['one'], lifecycle: {postStart: {exec: {command: ['prepare']}}}},
    {name: 'second', image: 'busybox', command: ['two']},
  ]
  await world.kubelet.sync([podOf('a', {containers}), podOf('b')])
  t.deepEqual([...world.running.keys()].sort(), ['a/first', 'b/main'])
  t.is(world.stateOf('a')?.waiting?.reason, 'ContainerCreating')
  slow.resolve()
  await world.clock.pass(0)
  t.true(world.running.has('a/second'))
  t.truthy(world.stateOf('a')?.running)
})

test('a container whose postStart hook fails is ended, and started again', async t => {
  const world = kubeletWorld()
  world.answers.set('exec prepare', {came: 'answer', code: 1, said: 'no'})
  const lifecycle = {postStart: {exec: {command: ['prepare']}}}
  await world.kubelet.sync([podOf('a', {containers: [{name: 'main', image: 'busybox', command: ['one'], lifecycle}]})])
  t.deepEqual(world.asked().slice(2, 7), [
    'start a/main one',
    'exec prepare',
    'end a/main SIGTERM',
    'start a/main one',
    'exec prepare',
  ])
  await world.clock.pass(1000)
  t.is(world.stateOf('a')?.waiting?.reason, 'CrashLoopBackOff')
  t.is(
    world.kubelet.lives()[0]?.containers.main?.complaint,
    "PostStartHook failed: command 'prepare' exited with 1: no",
  )
})
