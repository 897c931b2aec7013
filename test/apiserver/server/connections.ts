import {once} from 'node:events'
import {request} from 'node:https'
import {connect} from 'node:net'
import {connect as connectTls} from 'node:tls'
import test from 'ava'
import {podsPath} from '../_api.ts'
import {authority, listening, me, options, send} from './_listening.ts'

test('a thousand connections that say nothing disturb nobody', async t => {
  const {port, sockets} = await listening(t)
  const silent = await Promise.all(
    Array.from({length: 1000}, async () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      return socket
    }),
  )
  t.is((await send(port, {certificate: me})).status, 200)
  t.true(sockets.size > 1000)
  for (const socket of silent) socket.destroy()
})

test('a request that stops half-way is cut off, and a stream that is silent is not', async t => {
  const {port, server, watchers} = await listening(t)
  server.timeout = 1000
  const {certificate: cert, key} = me
  const half = connectTls({host: '127.0.0.1', port, ca: authority.certificate, cert, key}).on('error', () => undefined)
  const closed = once(half, 'close')
  await once(half, 'secureConnect')
  half.write('POST /api/v1/namespaces HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{')
  half.resume()
  const sent = request({...options(port), path: `${podsPath}?watch=true&timeoutSeconds=60`})
  sent.end()
  await once(sent, 'response')
  await closed
  await new Promise(resolve => setTimeout(resolve, 1500))
  t.is(watchers.get('Pod'), 1)
  sent.destroy()
})

test('connections are kept for longer than clients keep them', async t => {
  const {server} = await listening(t)
  const idleInGo = 90_000
  t.true(server.keepAliveTimeout > idleInGo)
})

test('a greeting that stops half-way is forgotten with its connection', async t => {
  const {port, sockets} = await listening(t)
  const halves = Array.from({length: 50}, () => connect(port, '127.0.0.1').on('error', () => undefined))
  for (const half of halves) half.write(Buffer.from('16030100c8010000c40303', 'hex'))
  t.is((await send(port, {certificate: me})).status, 200)
  for (const half of halves) half.end()
  await Promise.all([...sockets].map(socket => socket.destroyed || once(socket, 'close')))
  t.true(sockets.size > halves.length)
})

test('what is no TLS, and what is no HTTP, is cut off', async t => {
  const {port} = await listening(t)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await once(socket, 'close')
  t.is((await send(port, {certificate: me})).status, 200)
})
