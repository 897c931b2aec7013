import {createSocket, type RemoteInfo, type Socket} from 'node:dgram'
import {descriptorOf} from './listen.ts'
import type {PlayedServer} from './program.ts'

/** A UDP server that answers each datagram with what `answer` makes of it. */
export function udpSocket(port: number, answer: (message: string, from: RemoteInfo) => string): PlayedServer {
  const {socket, sockets} = openUdp(port)
  socket.on('message', (message, from) => socket.send(answer(message.toString(), from), from.port, from.address))
  return {sockets, close: () => socket.close()}
}

/**
 * A UDP socket at a port (any, with 0) and an address (all, without one) of the thread's present network namespace, and its descriptor. `bind` looks the address up before it
 * binds, and would so leave that namespace; a look-up that answers at once keeps it there. What comes while the thread is at something else
 * waits, as much as the kernel allows: a resolver waits five seconds for an answer to a query that found no room.
 */
export function openUdp(
  port: number,
  address?: string,
): {readonly socket: Socket; readonly sockets: readonly number[]} {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 1 << 20,
    lookup: (host, _options, done) => done(null, host, 4),
  })
  let failure: Error | undefined
  socket.on('error', error => {
    failure = error
  })
  socket.bind(port, address)
  if (failure) throw failure
  return {socket, sockets: descriptorsOf(socket)}
}

/* Node keeps what a datagram socket stands on under a symbol without a name in public. */
function descriptorsOf(socket: Socket): readonly number[] {
  const state = Object.getOwnPropertySymbols(socket).find(({description}) => description === 'state symbol')
  const inner: unknown = state && Reflect.get(socket, state)
  const handle: unknown = typeof inner === 'object' && inner !== null ? Reflect.get(inner, 'handle') : undefined
  const fd = typeof handle === 'object' && handle !== null ? descriptorOf({_handle: handle}) : undefined
  return fd === undefined ? [] : [fd]
}
