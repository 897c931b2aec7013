import {once} from 'node:events'
import {createServer as createPlainServer} from 'node:http'
import {request} from 'node:https'
import type {AddressInfo} from 'node:net'
import test from 'ava'
import {clientCertificate, createAuthority} from '../../../src/apiserver/tls/certificates.ts'
import {admin, authority, listening, me, now, send} from './_listening.ts'

test('whoever has a certificate of the lab is let in, and the server proves itself', async t => {
  const {port} = await listening(t)
  t.is((await send(port, {certificate: me})).status, 200)
  const who = await send(port, {
    certificate: me,
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    body: '{}',
  })
  t.regex(who.text, /"username":"kubernetes-admin","groups":\["system:masters","system:authenticated"\]/)
})

test("nobody, and whoever has another lab's certificate, gets 401", async t => {
  const {port} = await listening(t)
  const stranger = clientCertificate(createAuthority('podlab test', now), admin, now)
  for (const certificate of [undefined, stranger]) {
    const {status, body} = await send(port, {certificate})
    t.is(status, 401)
    t.is(body.reason, 'Unauthorized')
  }
  t.is((await send(port, {headers: {authorization: 'Bearer rubbish'}})).status, 401)
  t.is((await send(port, {headers: {authorization: 'Bearer a.b.c'}})).status, 401)
})

test('a token of a service account lets in as long as the account is there', async t => {
  const {ask, port} = await listening(t)
  const accounts = '/api/v1/namespaces/default/serviceaccounts'
  await ask('POST', accounts, {body: {metadata: {name: 'bot'}}})
  const made = await send(port, {certificate: me, method: 'POST', path: `${accounts}/bot/token`, body: '{"spec":{}}'})
  t.is(made.status, 201, made.text)
  const {
    status: {token},
  } = JSON.parse(made.text)
  const headers = {authorization: `Bearer ${token}`}
  t.is((await send(port, {headers})).status, 200)
  const tampered = {authorization: `Bearer ${token.slice(0, -4)}AAAA`}
  t.is((await send(port, {headers: tampered})).status, 401)
  await ask('DELETE', `${accounts}/bot`)
  t.is((await send(port, {headers})).status, 401)
})

test('a server without certificates proves nothing: the checks above can fail', async t => {
  const plain = createPlainServer((_, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(plain, 'listening')
  const {port} = plain.address() as AddressInfo
  const sent = request({host: '127.0.0.1', port, ca: authority.certificate, agent: false})
  sent.end()
  const [error] = await once(sent, 'error')
  t.true(error instanceof Error)
  plain.close()
})
