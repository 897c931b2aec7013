import {Duplex} from 'node:stream'
import type {WebSocket} from 'ws'
import type {Forward} from './port-forward.ts'

/**
 * Port forwarding in the channels of a WebSocket: the query names the ports, and the first of them has channels 0 (data) and 1 (error),
 * the second 2 and 3. Each channel begins with a message that holds its port, in two bytes, the lower first.
 */
export async function portChannels(socket: WebSocket, query: URLSearchParams, forward: Forward): Promise<void> {
  const ports = query.getAll('ports').flatMap(list => list.split(',').map(Number))
  const isPort = (port: number) => Number.isInteger(port) && port > 0 && port < 65_536
  if (ports.length === 0 || ports.length > mostPorts || !ports.every(isPort))
    return socket.close(1008, 'the query must name 1 to 127 ports between 1 and 65535')
  const streams = ports.map((port, index) => {
    const first = Buffer.from([port & 0xff, port >> 8])
    for (const channel of [2 * index, 2 * index + 1]) socket.send(Buffer.concat([Buffer.of(channel), first]))
    return dataChannel(socket, 2 * index)
  })
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? 0
    if (channel % 2 === 0 && streams[channel / 2]?.push(message.subarray(1)) === false) socket.pause()
  })
  socket.once('close', () => {
    for (const stream of streams) stream.destroy()
  })
  const one = async (data: Duplex, index: number) => {
    const failure = await forward(ports[index] ?? 0, data)
    if (failure !== undefined && socket.readyState === socket.OPEN)
      socket.send(Buffer.concat([Buffer.of(2 * index + 1), Buffer.from(failure)]))
  }
  await Promise.all(streams.map(one))
  socket.close(1000)
}

/* A channel's number is a byte, and each port takes two. */
const mostPorts = 127

function dataChannel(socket: WebSocket, channel: number): Duplex {
  const duplex = new Duplex({
    read: () => socket.resume(),
    write: (bytes: Buffer, _encoding, done) => socket.send(Buffer.concat([Buffer.of(channel), bytes]), done),
  })
  return duplex.on('error', () => undefined)
}
