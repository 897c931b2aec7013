import test from 'ava'
import {loadSyscalls} from '../../../../src/kernel/syscalls.ts'
import {createListeners} from '../../../../src/node/proxy/userspace/listeners.ts'
import type {ProxiedPort} from '../../../../src/node/proxy/userspace/proxied-port.ts'
import {roomFor} from '../../../../src/node/proxy/userspace/room.ts'
import {quietPort} from '../../../_quiet-port.ts'

/* In the network of whoever runs the tests. */
const listenersWith = (sockets: number) =>
  createListeners({
    within: act => act(),
    syscalls: loadSyscalls(),
    room: roomFor(10),
    listening: roomFor(sockets),
    judge: () => 'as the node',
  })

const portOf = (name: string): ProxiedPort => ({name, protocol: 'tcp', endpoints: [], claims: []})

test('a port that somebody has is passed by, and one that is alone in its range is told', async t => {
  const port = await quietPort()
  const options = {range: {first: port, last: port}, udpIdleMs: 250}
  const listeners = listenersWith(10)
  t.teardown(listeners.stop)
  t.is(listeners.open(portOf('default/a'), options).proxyPort, port)
  t.deepEqual(listeners.open(portOf('default/b'), options), {
    name: 'default/b',
    refused: [['proxy port of default/b', `no port of ${port}-${port} is free`]],
  })
  listeners.close('default/a')
  t.is(listeners.open(portOf('default/b'), options).proxyPort, port)
})

test('there are no more sockets than there is room for, and a Service that goes leaves its place', async t => {
  const port = await quietPort()
  const options = {range: {first: port, last: Math.min(port + 50, 65_535)}, udpIdleMs: 250}
  const listeners = listenersWith(1)
  t.teardown(listeners.stop)
  t.truthy(listeners.open(portOf('default/a'), options).proxyPort)
  t.deepEqual(listeners.open(portOf('default/b'), options).refused, [
    ['proxy port of default/b', 'no more sockets for this process (ulimit -n)'],
  ])
  listeners.close('default/a')
  t.truthy(listeners.open(portOf('default/b'), options).proxyPort)
})
