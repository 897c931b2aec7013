import test from 'ava'
import {mostConnections, mostListeners, roomFor} from '../../../../src/node/proxy/userspace/room.ts'

test('nobody is let in when the room is full, and somebody again when one has left', t => {
  const room = roomFor(2)
  t.deepEqual([room.enter(), room.enter(), room.enter()], [true, true, false])
  room.leave()
  t.deepEqual([room.enter(), room.enter()], [true, false])
})

test('connections take at most half of the descriptors that the process may have', t => {
  const limits = (files: string) => `Limit                     Soft Limit           Hard Limit           Units
Max open files            ${files}                 4096                 files
`
  t.is(mostConnections(limits('1024')), 256)
  t.is(mostConnections(limits('1048576')), 4000)
  t.is(mostConnections(limits('unlimited')), 4000)
  t.deepEqual([mostListeners(limits('1024')), mostListeners(limits('unlimited'))], [128, Number.POSITIVE_INFINITY])
})
