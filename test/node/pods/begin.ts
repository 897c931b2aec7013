import test from 'ava'
import {RuntimeError} from '../../../src/node/runtime/runtime.ts'
import {deleted, kubeletWorld, podOf} from '../_fakes.ts'

const configured = podOf('late', {volumes: [{name: 'v', configMap: {name: 'game'}}]})
const game = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: 'game', namespace: 'default'},
  data: {color: 'red'},
} as const

test('a pod whose ConfigMap is not there waits without namespaces, and keeps nobody else waiting', async t => {
  const {kubelet, calls, statuses, told} = kubeletWorld()
  await kubelet.sync([configured, podOf('a')])
  t.deepEqual(calls, ['hold pod-a', 'attach pod-a', 'start a/main sleep infinity'])
  t.like(statuses.get('late'), {phase: 'Pending', podIP: undefined})
  t.like(statuses.get('late')?.containerStatuses?.[0]?.state, {
    waiting: {
      reason: 'ContainerCreating',
      message: 'MountVolume.SetUp failed for volume "v" : configmap "game" not found',
    },
  })
  t.is(
    told().find(line => line.startsWith('late')),
    'late Warning FailedMount: MountVolume.SetUp failed for volume "v" : configmap "game" not found',
  )
})

test('it starts as soon as that is there, and its files follow from then on', async t => {
  const {kubelet, asked, objects} = kubeletWorld()
  await kubelet.sync([configured])
  await objects.put(game)
  t.deepEqual(asked(), ['volumes late v', 'hold pod-late', 'attach pod-late', 'start late/main sleep infinity'])
  await objects.put({...game, data: {color: 'blue'}})
  t.deepEqual(asked(), ['volumes late v'])
  await objects.put({...game, data: {color: 'blue'}, metadata: {...game.metadata, name: 'other'}})
  t.deepEqual(asked(), [])
})

test('a pod that is deleted while it waits is never started', async t => {
  const {kubelet, asked, objects, clock} = kubeletWorld()
  await kubelet.sync([configured])
  await kubelet.sync([deleted(configured, 0)])
  t.deepEqual(asked(), ['detach pod-late', 'release pod-late', 'remove volumes late', 'confirm late'])
  await objects.put(game)
  await clock.pass(200_000)
  t.deepEqual(asked(), [])
})

test('what cannot be set up is tried again, after ever longer times', async t => {
  const {kubelet, asked, clock, surprises} = kubeletWorld()
  const volumes = [{name: 'h', hostPath: {path: '/tmp/x', type: 'Directory'}}]
  let tries = 0
  surprises.set('volumes web h', () => {
    if (++tries < 4) throw new RuntimeError('hostPath type check failed: /tmp/x is not a directory', 'VolumeError')
  })
  await kubelet.sync([podOf('web', {volumes})])
  for (const milliseconds of [499, 1, 999, 1, 1999]) await clock.pass(milliseconds)
  t.deepEqual(asked(), ['volumes web h', 'volumes web h', 'volumes web h'])
  await clock.pass(1)
  t.deepEqual(asked(), ['volumes web h', 'hold pod-web', 'attach pod-web', 'start web/main sleep infinity'])
})

test("a pod's volumes go with it", async t => {
  const {kubelet, asked} = kubeletWorld()
  const pod = podOf('web', {volumes: [{name: 'v', emptyDir: {}}]})
  await kubelet.sync([pod])
  asked()
  await kubelet.sync([deleted(pod, 0)])
  t.deepEqual(asked(), [
    'end web/main SIGKILL',
    'detach pod-web',
    'release pod-web',
    'remove volumes web',
    'confirm web',
  ])
})

test('a file that tells of the pod changes with its labels', async t => {
  const {kubelet, asked} = kubeletWorld()
  const items = [{path: 'labels', fieldRef: {fieldPath: 'metadata.labels'}}]
  const pod = podOf('web', {volumes: [{name: 'v', downwardAPI: {items}}]})
  await kubelet.sync([pod])
  asked()
  await kubelet.sync([{...pod, status: {phase: 'Running'}}])
  t.deepEqual(asked(), [])
  await kubelet.sync([{...pod, metadata: {...pod.metadata, labels: {app: 'web'}}}])
  t.deepEqual(asked(), ['volumes web v'])
})
