import test from 'ava'
import type {Container} from '../../../src/objects/container.ts'
import type {PodSpec} from '../../../src/objects/pod.ts'
import {deleted, kubeletWorld, podOf} from '../_fakes.ts'

const main: Container = {name: 'main', image: 'busybox', command: ['sleep', 'infinity']}

/** A pod `web` on a node of fakes, and its story so far. */
async function living(container: Partial<Container> = {}, spec: Partial<PodSpec> = {}) {
  const world = kubeletWorld()
  const pod = podOf('web', {containers: [{...main, ...container}], ...spec})
  await world.kubelet.sync([pod])
  return {...world, pod}
}

const place = 'web Normal'

const beginning = [
  `${place} Pulled spec.containers{main}: Container image "busybox" already present on machine`,
  `${place} Created spec.containers{main}: Created container: main`,
  `${place} Started spec.containers{main}: Started container main`,
]

test('a pod that starts and ends', async t => {
  const {told, kubelet, pod} = await living()
  t.deepEqual(told(), beginning)
  await kubelet.sync([deleted(pod, 30)])
  t.deepEqual(told(), [`${place} Killing spec.containers{main}: Stopping container main`])
})

test('init containers are told of as such', async t => {
  const {told} = await living({}, {initContainers: [{...main, name: 'first'}]})
  t.deepEqual(told(), [
    `${place} Pulled spec.initContainers{first}: Container image "busybox" already present on machine`,
    `${place} Created spec.initContainers{first}: Created container: first`,
    `${place} Started spec.initContainers{first}: Started container first`,
  ])
})

test('ephemeral containers are told of as such', async t => {
  const {told, kubelet, pod} = await living()
  told()
  const ephemeralContainers = [{...main, name: 'debug', targetContainerName: 'main'}]
  await kubelet.sync([{...pod, spec: {...pod.spec, ephemeralContainers}}])
  t.deepEqual(told(), [
    `${place} Pulled spec.ephemeralContainers{debug}: Container image "busybox" already present on machine`,
    `${place} Created spec.ephemeralContainers{debug}: Created container: debug`,
    `${place} Started spec.ephemeralContainers{debug}: Started container debug`,
  ])
})

test('a container that crashes is backed off from at its second end', async t => {
  const {told, exit, clock} = await living()
  await exit('web/main', 1)
  t.deepEqual(told(), [...beginning, ...beginning], 'once it is started again at once')
  await exit('web/main', 1)
  t.deepEqual(told(), [
    'web Warning BackOff spec.containers{main}: Back-off restarting failed container main in pod web_default(web)',
  ])
  await clock.pass(10_000)
  t.deepEqual(told(), beginning)
})

test('an image that nobody has', async t => {
  const {told, clock} = await living({image: 'nobody/has-this'})
  const lines = told()
  t.deepEqual(
    [lines[0], lines[2]],
    [
      `${place} Pulling spec.containers{main}: Pulling image "nobody/has-this"`,
      'web Warning Failed spec.containers{main}: Error: ErrImagePull',
    ],
  )
  t.regex(
    lines[1] ?? '',
    /^web Warning Failed spec.containers\{main\}: Failed to pull image "nobody\/has-this": image .* is not in the catalogue/,
  )
  await clock.pass(2000)
  t.deepEqual(told(), [
    `${place} BackOff spec.containers{main}: Back-off pulling image "nobody/has-this"`,
    'web Warning Failed spec.containers{main}: Error: ImagePullBackOff',
  ])
})

test('an image that may not be pulled', async t => {
  const {told, stateOf} = await living({image: 'nobody/has-this', imagePullPolicy: 'Never'})
  t.deepEqual(told(), [
    'web Warning ErrImageNeverPull spec.containers{main}: Container image "nobody/has-this" is not present with pull policy of Never',
    'web Warning Failed spec.containers{main}: Error: ErrImageNeverPull',
  ])
  t.is(stateOf('web')?.waiting?.reason, 'ErrImageNeverPull')
})

test('a program that is not there is created and fails', async t => {
  const {told} = await living({command: ['missing']}, {restartPolicy: 'Never'})
  t.deepEqual(told(), [
    ...beginning.slice(0, 2),
    'web Warning Failed spec.containers{main}: Error: exec: "missing": executable file not found',
  ])
})

test('a container that cannot be made from its manifest fails before it is created', async t => {
  const {told} = await living({}, {securityContext: {sysctls: [{name: 'net.core.somaxconn', value: '1'}]}})
  const lines = told()
  t.is(lines[0], beginning[0])
  t.regex(lines[1] ?? '', /^web Warning Failed spec.containers\{main\}: Error: /)
})

test('a readiness probe is told of each time that it fails, a liveness probe also of what follows', async t => {
  const world = kubeletWorld()
  world.answers.set('http 172.17.13.2:80/ready', {came: 'answer', code: 500, said: ''})
  world.answers.set('tcp 172.17.13.2:81', {
    came: 'failure',
    said: 'dial tcp 172.17.13.2:81: connect: connection refused',
  })
  const readinessProbe = {httpGet: {path: '/ready', port: 80}, periodSeconds: 1, initialDelaySeconds: 1}
  const livenessProbe = {tcpSocket: {port: 81}, periodSeconds: 1, failureThreshold: 2, initialDelaySeconds: 1}
  await world.kubelet.sync([podOf('web', {containers: [{...main, readinessProbe, livenessProbe}]})])
  world.told()
  await world.clock.pass(1000)
  const readiness =
    'web Warning Unhealthy spec.containers{main}: Readiness probe failed: HTTP probe failed with statuscode: 500'
  const liveness =
    'web Warning Unhealthy spec.containers{main}: Liveness probe failed: dial tcp 172.17.13.2:81: connect: connection refused'
  t.deepEqual(world.told(), [readiness, liveness])
  await world.clock.pass(1000)
  t.deepEqual(world.told(), [
    readiness,
    liveness,
    `${place} Killing spec.containers{main}: Container main failed liveness probe, will be restarted`,
    ...beginning,
  ])
})

test('hooks that fail', async t => {
  const postStart = {exec: {command: ['no']}}
  const {told} = await (async () => {
    const world = kubeletWorld()
    world.answers.set('exec no', {came: 'answer', code: 1, said: ''})
    await world.kubelet.sync([podOf('web', {containers: [{...main, lifecycle: {postStart, preStop: postStart}}]})])
    return world
  })()
  t.deepEqual(told().slice(3, 6), [
    'web Warning FailedPostStartHook spec.containers{main}: PostStartHook failed',
    `${place} Killing spec.containers{main}: FailedPostStartHook`,
    ...beginning.slice(0, 1),
  ])
})

test('a pod that is given no namespaces', async t => {
  const world = kubeletWorld()
  world.surprises.set('hold pod-web', () => {
    throw new Error('no space left on device')
  })
  await t.throwsAsync(world.kubelet.sync([podOf('web')]))
  t.deepEqual(world.told(), [
    'web Warning FailedCreatePodSandBox: Failed to create pod sandbox: no space left on device',
  ])
})

test('a pod whose pause process has died', async t => {
  const {told, killPause} = await living()
  told()
  await killPause('web')
  t.deepEqual(told(), [
    `${place} SandboxChanged: Pod sandbox changed, it will be killed and re-created.`,
    `${place} Killing spec.containers{main}: Stopping container main`,
    ...beginning,
  ])
})

test('a pod whose ports of the node are taken', async t => {
  const {told, kubelet, pod, clock} = await living({ports: [{containerPort: 80, hostPort: 8080}]})
  told()
  const other = podOf('other', pod.spec)
  await kubelet.sync([pod, other])
  await clock.pass(1000)
  t.deepEqual(told(), [
    "other Warning NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
  ])
})
