import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import test from 'ava'
import {udpSocket} from '../../../src/node/programs/udp-socket.ts'
import {quietPort} from '../../_quiet-port.ts'

test('a UDP server answers the sender of each datagram', async t => {
  const port = await quietPort()
  const server = udpSocket(port, (message, {address}) => `${message} from ${address}`)
  const client = createSocket('udp4')
  client.send('hello', port, '127.0.0.1')
  const [answer] = await once(client, 'message', {signal: AbortSignal.timeout(60_000)})
  t.is(String(answer), 'hello from 127.0.0.1')
  client.close()
  server.close()
})
