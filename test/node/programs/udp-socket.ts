import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import test from 'ava'
import {udpSocket} from '../../../src/node/programs/udp-socket.ts'

const port = 38_081

test('a UDP server answers the sender of each datagram', async t => {
  const server = udpSocket(port, (message, {address}) => `${message} from ${address}`)
  const client = createSocket('udp4')
  client.send('hello', port, '127.0.0.1')
  const [answer] = await once(client, 'message', {signal: AbortSignal.timeout(2000)})
  t.is(String(answer), 'hello from 127.0.0.1')
  client.close()
  server.close()
})
