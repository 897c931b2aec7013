import test from 'ava'
import {podsPath} from '../_api.ts'
import {listening, me, send} from './_listening.ts'

test('a body over 3 MB is refused, announced or not', async t => {
  const {port} = await listening(t)
  const body = Buffer.alloc(3 * 1024 * 1024 + 1, 0x20)
  for (const headers of [{'content-length': `${body.length}`}, {'transfer-encoding': 'chunked'}]) {
    const {status, body: said} = await send(port, {
      certificate: me,
      method: 'POST',
      path: podsPath,
      body,
      headers: headers as Record<string, string>,
    })
    t.is(status, 413)
    t.is(said.message, 'Request entity too large: limit is 3145728')
  }
})

test('HEAD gets the head of the answer, and unknown methods are a 405', async t => {
  const {port} = await listening(t)
  const head = await send(port, {certificate: me, method: 'HEAD', path: podsPath})
  t.deepEqual([head.status, head.text], [200, ''])
  for (const method of ['OPTIONS', 'PUT', 'PATCH']) {
    const {status, body} = await send(port, {certificate: me, method, path: podsPath})
    t.is(status, 405, method)
    t.is(body.message, 'the server does not allow this method on the requested resource')
  }
})

test('a request to become another protocol, where there is none, is answered as any other', async t => {
  const {port} = await listening(t)
  const headers = {connection: 'Upgrade', upgrade: 'websocket'}
  t.is((await send(port, {certificate: me, path: `${podsPath}/nope`, headers})).status, 404)
  t.is((await send(port, {path: `${podsPath}/nope/exec`, headers})).status, 401)
})
