import {setTimeout} from 'node:timers/promises'
import test from 'ava'
import {parseIp} from '../../../../src/net/ip.ts'
import {startForwarderThread} from '../../../../src/node/overlay/udp/forwarder-thread.ts'
import type {UdpForwarder} from '../../../../src/node/overlay/udp/udp-forwarder.ts'

const program = new URL('_thread.ts', import.meta.url)

const forwarder: UdpForwarder = {
  program: 'flannel-udp',
  device: 'flannel0',
  address: parseIp('172.17.13.0'),
  mtu: 1472,
  listen: {ip: parseIp('10.0.20.4'), port: 8285},
  routes: [],
}

/** A thread with the daemons of these namespaces, and who has died. */
async function threadWith(...netnses: readonly string[]) {
  const thread = await startForwarderThread(program)
  const deaths: string[] = []
  const start = (netns: string) => thread.start(netns, forwarder, error => deaths.push(`${netns}: ${error.message}`))
  const running = await Promise.all(netnses.map(start))
  return {thread, deaths, start, running}
}

test('a daemon that cannot work is not started, and the thread goes on', async t => {
  const {thread, start, deaths} = await threadWith()
  await t.throwsAsync(start('refused'), {message: 'bind: EADDRINUSE'})
  await t.notThrowsAsync(start('good'))
  t.deepEqual(deaths, [])
  await thread.close()
})

test('one that is stopped does not count as dead, nor do those that end with the thread', async t => {
  const {thread, running, deaths} = await threadWith('good', 'good')
  await running[0]?.stop()
  await thread.close()
  await running[1]?.stop()
  t.deepEqual(deaths, [])
})

test('one that ends by itself is heard of', async t => {
  const {thread, deaths} = await threadWith('dying')
  while (deaths.length === 0) await setTimeout(1)
  t.deepEqual(deaths, ['dying: flannel0 is gone'])
  t.false(thread.isBroken())
  await thread.close()
})

test('when the thread breaks all in it are dead, and nothing can be started any more', async t => {
  const {thread, start, deaths} = await threadWith('good')
  await t.throwsAsync(start('breaking'), {message: /^the thread that forwards packets broke: Error: broken/})
  t.true(thread.isBroken())
  t.is(deaths.length, 1)
  t.regex(deaths[0] ?? '', /^good: the thread that forwards packets broke/)
  await t.throwsAsync(start('good'), {message: /broke/})
  await t.notThrowsAsync(thread.close())
})

test('a thread that never begins is told of', async t => {
  const missing = new URL('_no-such-thread.ts', import.meta.url)
  await t.throwsAsync(startForwarderThread(missing), {message: /^the thread that forwards packets broke/})
})
