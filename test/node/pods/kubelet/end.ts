import test from 'ava'
import {isReady} from '../../../../src/objects/pod-status.ts'
import {deleted, kubeletWorld, podOf, quiet} from '../../_fakes.ts'
import {stubborn, two} from './_pods.ts'

test('a deleted pod gets SIGTERM, and what is left of it goes once its containers have ended', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  t.deepEqual(asked(), ['end a/main SIGTERM', 'detach pod-a', 'release pod-a', 'confirm a'])
  t.deepEqual(kubelet.lives(), [])
})

test('a program that does not care for SIGTERM gets SIGKILL when its grace is over', async t => {
  const {kubelet, asked, clock} = kubeletWorld()
  await kubelet.sync([stubborn])
  asked()
  await kubelet.sync([deleted(stubborn, 30)])
  await clock.pass(29_999)
  t.deepEqual(asked(), ['end stubborn/main SIGTERM'])
  await clock.pass(1)
  t.deepEqual(asked(), ['end stubborn/main SIGKILL', 'detach pod-stubborn', 'release pod-stubborn', 'confirm stubborn'])
})

test('a pod whose containers end one after the other is not ready as soon as the first has', async t => {
  const {kubelet, asked, exit, statuses} = kubeletWorld()
  await kubelet.sync([two])
  await kubelet.sync([deleted(two, 30)])
  await quiet()
  const status = statuses.get('two')
  t.false(isReady({...two, ...(status && {status})}))
  t.deepEqual(
    status?.containerStatuses?.map(({ready}) => ready),
    [false, true],
  )
  asked()
  await exit('two/side', 0)
  t.deepEqual(asked(), ['detach pod-two', 'release pod-two', 'confirm two'], 'the rest of the grace is not waited for')
})

test('a pod that ends is not started again, whatever its restart policy', async t => {
  const {kubelet, asked, clock, exit} = kubeletWorld()
  await kubelet.sync([two])
  await kubelet.sync([deleted(two, 30)])
  await exit('two/web', 1)
  await clock.pass(20_000)
  t.false(asked().some(line => line.startsWith('start two/web') && line !== 'start two/web node app.js'))
})

test('asking again with less grace shortens the wait', async t => {
  const {kubelet, asked, clock} = kubeletWorld()
  await kubelet.sync([stubborn])
  await kubelet.sync([deleted(stubborn, 30)])
  await clock.pass(1000)
  asked()
  await kubelet.sync([deleted(stubborn, 2)])
  await clock.pass(2000)
  t.is(asked()[0], 'end stubborn/main SIGKILL')
})

test('a pod that the API forgets is ended at once', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([stubborn])
  asked()
  await kubelet.sync([])
  await quiet()
  t.deepEqual(asked(), ['end stubborn/main SIGKILL', 'detach pod-stubborn', 'release pod-stubborn', 'confirm stubborn'])
})

test('a pod that the API forgets while it has grace is ended at once', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([stubborn])
  await kubelet.sync([deleted(stubborn, 30)])
  await quiet()
  asked()
  await kubelet.sync([])
  await quiet()
  t.is(asked()[0], 'end stubborn/main SIGKILL')
})

test('a pod that is deleted before it was started is only confirmed', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([deleted(podOf('a'), 30)])
  t.deepEqual(asked(), ['confirm a'])
})

test('a pod that is deleted while a container is being started again leaves nothing running', async t => {
  const {kubelet, asked, exit, running, surprises} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  const slow = Promise.withResolvers<void>()
  surprises.set('start a/main sleep infinity', () => slow.promise)
  await exit('a/main', 1)
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  slow.resolve()
  await quiet()
  t.deepEqual([...running.keys()], [])
  t.is(asked().at(-1), 'end a/main SIGKILL')
  t.deepEqual(kubelet.lives(), [])
})

test('a pod that is deleted during its back-off is not started again', async t => {
  const {kubelet, clock, exit, running} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  await exit('a/main', 1)
  await exit('a/main', 1)
  await kubelet.sync([deleted(podOf('a'), 30)])
  await clock.pass(10_000)
  t.false(running.has('a/main'))
})
