import test from 'ava'
import {imageNames} from '../../../../src/images/index.ts'
import {isReady} from '../../../../src/objects/pod-status.ts'
import {kubeletWorld, podOf, quiet} from '../../_fakes.ts'
import {two} from './_pods.ts'

test('pods that come together are held, attached in one batch, then started', async t => {
  const {kubelet, calls} = kubeletWorld()
  await kubelet.sync([podOf('a'), podOf('b')])
  t.deepEqual(calls, [
    'hold pod-a',
    'hold pod-b',
    'attach pod-a pod-b',
    'start a/main sleep infinity',
    'start b/main sleep infinity',
  ])
})

test('a pod that runs is not started again', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([podOf('a')])
  t.deepEqual(asked(), [])
})

test('a running pod is reported with its address, phase and readiness', async t => {
  const {kubelet, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  const status = statuses.get('a')
  t.like(status, {phase: 'Running', podIP: '172.17.13.2', hostIP: '10.0.20.4', startTime: '2025-01-01T00:00:00Z'})
  t.true(isReady({...podOf('a'), ...(status && {status})}))
})

test('the containers of a pod start in one sandbox', async t => {
  const {kubelet, asked, statuses} = kubeletWorld()
  await kubelet.sync([two])
  t.deepEqual(asked(), ['hold pod-two', 'attach pod-two', 'start two/web node app.js', 'start two/side stubborn'])
  t.is(statuses.get('two')?.containerStatuses?.filter(({ready}) => ready).length, 2)
})

test('an image that is not in the catalogue is reported with those that are', async t => {
  const {kubelet, stateOf, statuses} = kubeletWorld()
  await kubelet.sync([podOf('a', {containers: [{name: 'main', image: 'ngnix'}]}), podOf('b')])
  t.deepEqual(stateOf('a'), {
    waiting: {
      reason: 'ErrImagePull',
      message: `image "ngnix" is not in the catalogue; it has ${imageNames().join(', ')}`,
    },
  })
  t.is(statuses.get('a')?.phase, 'Pending')
  t.is(statuses.get('b')?.phase, 'Running', 'the other pod runs all the same')
})

test('a pod that has run to its end is not started', async t => {
  const {kubelet, asked} = kubeletWorld()
  await kubelet.sync([{...podOf('a'), status: {phase: 'Succeeded'}}])
  t.deepEqual(asked(), [])
})

test('another pod of the same name is another pod', async t => {
  const {kubelet, asked} = kubeletWorld()
  const again = {...podOf('a'), metadata: {...podOf('a').metadata, uid: 'again'}}
  await kubelet.sync([podOf('a')])
  asked()
  await kubelet.sync([again])
  await quiet()
  t.true(asked().includes('start again/main sleep infinity'))
  t.deepEqual(
    kubelet.lives().map(({netns}) => netns),
    ['pod-again'],
  )
})
