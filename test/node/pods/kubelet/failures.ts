import test from 'ava'
import {podWord} from '../../../../src/objects/pod-status.ts'
import {deleted, kubeletWorld, podOf, quiet} from '../../_fakes.ts'

test('a pod whose namespaces cannot be made is reported, tried again, and keeps no other pod waiting', async t => {
  const {kubelet, asked, running, statuses, stateOf, surprises} = kubeletWorld()
  surprises.set('hold pod-a', () => {
    throw new Error('unshare(0x40000000): ENOSPC')
  })
  const error = await t.throwsAsync(kubelet.sync([podOf('a'), podOf('b')]))
  t.is(error?.message, 'pod default/a: unshare(0x40000000): ENOSPC')
  t.deepEqual([...running.keys()], ['b/main'])
  t.deepEqual(stateOf('a'), {waiting: {reason: 'ContainerCreating', message: 'unshare(0x40000000): ENOSPC'}})
  t.is(podWord({...podOf('a'), status: statuses.get('a') ?? {}}), 'ContainerCreating')

  surprises.clear()
  asked()
  await kubelet.sync([podOf('a'), podOf('b')])
  t.deepEqual(asked(), ['hold pod-a', 'attach pod-a', 'start a/main sleep infinity'])
})

test('pods that get no network together get it one by one, and only the one that spoils it goes without', async t => {
  const {kubelet, asked, running, stateOf, surprises} = kubeletWorld()
  const refuse = () => {
    throw new Error('no address is free in 172.17.13.0/30')
  }
  surprises.set('attach pod-a pod-b', refuse)
  surprises.set('attach pod-b', refuse)
  await t.throwsAsync(kubelet.sync([podOf('a'), podOf('b')]), {message: /^pod default\/b: no address is free/})
  t.deepEqual(asked(), [
    'hold pod-a',
    'hold pod-b',
    'attach pod-a pod-b',
    'detach pod-a pod-b',
    'attach pod-a',
    'attach pod-b',
    'detach pod-b',
    'release pod-b',
    'start a/main sleep infinity',
  ])
  t.deepEqual([...running.keys()], ['a/main'])
  t.is(stateOf('b')?.waiting?.message, 'no address is free in 172.17.13.0/30')
})

test("a pod's namespaces go and its deletion is confirmed even when its network does not let go", async t => {
  const {kubelet, asked, surprises} = kubeletWorld()
  await kubelet.sync([podOf('a')])
  surprises.set('detach pod-a', () => {
    throw new Error('Device or resource busy')
  })
  await kubelet.sync([deleted(podOf('a'), 30)])
  await quiet()
  t.deepEqual(asked().slice(-3), ['detach pod-a', 'release pod-a', 'confirm a'])
})
