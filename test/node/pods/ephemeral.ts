import test from 'ava'
import type {EphemeralContainer} from '../../../src/objects/container.ts'
import {kubeletWorld, podOf} from '../_fakes.ts'

const debug: EphemeralContainer = {name: 'debug', image: 'busybox', command: ['sh'], targetContainerName: 'main'}

test('a container that is put into a running pod is started there, once', async t => {
  const {kubelet, asked, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  asked()
  const visited = podOf('a', {ephemeralContainers: [debug]})
  await Promise.all([kubelet.sync([visited]), kubelet.sync([visited])])
  await kubelet.sync([visited])
  t.deepEqual(asked(), ['start a/debug sh'])
  const [status] = statuses.get('a')?.ephemeralContainerStatuses ?? []
  t.like(status, {name: 'debug', ready: false, restartCount: 0, state: {running: {startedAt: '2025-01-01T00:00:00Z'}}})
  t.is(statuses.get('a')?.containerStatuses?.length, 1, 'the pod does not wait for it')
})

test('an ephemeral container that ends stays ended, and its pod does not mind', async t => {
  const {kubelet, exit, asked, statuses} = kubeletWorld()
  const visited = podOf('a', {ephemeralContainers: [debug]})
  await kubelet.sync([podOf('a')])
  await kubelet.sync([visited])
  asked()
  await exit('a/debug', 3)
  await kubelet.sync([visited])
  t.deepEqual(asked(), [])
  t.is(statuses.get('a')?.phase, 'Running')
  const [status] = statuses.get('a')?.ephemeralContainerStatuses ?? []
  t.is(status?.state?.terminated?.exitCode, 3)
})

test('a pod that goes takes its ephemeral containers along', async t => {
  const {kubelet, running} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  await kubelet.sync([podOf('a', {ephemeralContainers: [debug]})])
  t.deepEqual([...running.keys()], ['a/main', 'a/debug'])
  await kubelet.sync([])
  t.deepEqual([...running.keys()], [])
})

test('a target that does not run is said to be missing', async t => {
  const {kubelet, exit, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a', {restartPolicy: 'Never', containers: two})])
  await exit('a/main', 0)
  await kubelet.sync([podOf('a', {restartPolicy: 'Never', containers: two, ephemeralContainers: [debug]})])
  const [status] = statuses.get('a')?.ephemeralContainerStatuses ?? []
  t.deepEqual(status?.state, {
    waiting: {reason: 'CreateContainerConfigError', message: 'unable to find target container "main"'},
  })
})

const two = [
  {name: 'main', image: 'busybox', command: ['true']},
  {name: 'side', image: 'busybox', command: ['sleep']},
]
