import {createSocket, type RemoteInfo} from 'node:dgram'
import type {PlayedServer} from './program.ts'

/**
 * A UDP server that answers each datagram with what `answer` makes of it. `bind` looks the address up before it binds, and would
 * so leave the thread's present network namespace; a look-up that answers at once keeps it there.
 */
export function udpSocket(port: number, answer: (message: string, from: RemoteInfo) => string): PlayedServer {
  const socket = createSocket({
    type: 'udp4',
    lookup: (host, _options, done) => done(null, host, 4),
  })
  let failure: Error | undefined
  socket.on('error', error => {
    failure = error
  })
  socket.on('message', (message, from) => socket.send(answer(message.toString(), from), from.port, from.address))
  socket.bind(port)
  if (failure) throw failure
  return {sockets: [], close: () => socket.close()}
}
