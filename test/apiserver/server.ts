import {once} from 'node:events'
import type {IncomingHttpHeaders} from 'node:http'
import {createServer as createPlainServer} from 'node:http'
import {type RequestOptions, request} from 'node:https'
import {type AddressInfo, connect, createServer, type Socket} from 'node:net'
import {text} from 'node:stream/consumers'
import {connect as connectTls} from 'node:tls'
import test, {type ExecutionContext} from 'ava'
import {createApiServer} from '../../src/apiserver/server.ts'
import {
  type Authority,
  clientCertificate,
  createAuthority,
  serverCertificate,
} from '../../src/apiserver/tls/certificates.ts'
import {serviceAccountTokens} from '../../src/apiserver/tokens.ts'
import {podNamed, podsPath, testApi} from './_api.ts'

const now = new Date()
const authority = createAuthority('podlab test', now)
const admin = {commonName: 'kubernetes-admin', organizations: ['system:masters']}

/** A server on loopback whose connections come in as a lab's daemon hands them over. */
async function listening(t: ExecutionContext) {
  const {api, ask} = testApi({historyLimit: 100})
  const watchers = new Map<string, number>()
  const tokens = serviceAccountTokens({store: api.store, key: authority.key, now: () => now.getTime()})
  const pair = serverCertificate(authority, ['localhost', '127.0.0.1'], now)
  const server = createApiServer({...api, watchers, tokens}, {...pair, authority: authority.certificate})
  const sockets = new Set<Socket>()
  const door = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    server.emit('connection', socket)
  })
  // A thousand may come at once.
  door.listen({port: 0, host: '127.0.0.1', backlog: 2048})
  await once(door, 'listening')
  const {port} = door.address() as AddressInfo
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    door.close()
  })
  return {ask, port, watchers, sockets, server}
}

type Sent = {
  readonly method?: string
  readonly path?: string
  readonly body?: string | Buffer
  readonly headers?: Record<string, string>
  readonly certificate?: Authority | undefined
  readonly signal?: AbortSignal
}

type Got = {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly body: {message?: string; reason?: string}
}

async function send(port: number, {body, path = '/api', certificate, ...more}: Sent): Promise<Got> {
  const client = certificate && {cert: certificate.certificate, key: certificate.key}
  const options: RequestOptions = {
    host: '127.0.0.1',
    port,
    path,
    ca: authority.certificate,
    agent: false,
    ...client,
    ...more,
  }
  const sent = request(options)
  sent.on('error', () => undefined)
  sent.end(body)
  const [response] = await once(sent, 'response')
  const answer = await text(response)
  return {status: response.statusCode, headers: response.headers, text: answer, body: parsed(answer)}
}

function parsed(answer: string) {
  try {
    return JSON.parse(answer)
  } catch {
    return {}
  }
}

const me = clientCertificate(authority, admin, now)

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

/* What a watcher has been told of many changes, read as they come or only when all are there. */
async function toldOf(t: ExecutionContext, when: 'at once' | 'at the end') {
  const {ask, port} = await listening(t)
  const path = '/api/v1/namespaces/default/configmaps'
  const sent = request({...options(port), path: `${path}?watch=true&timeoutSeconds=60`})
  sent.end()
  const [response] = await once(sent, 'response')
  let [told, lines] = ['', 0]
  const read = () =>
    response.setEncoding('utf8').on('data', (piece: string) => {
      told += piece
      lines += piece.split('\n').length - 1
    })
  const turn = () => new Promise(setImmediate)
  if (when === 'at once') read()
  for (let made = 1; made <= changes; made++) {
    await ask('POST', path, {body: {metadata: {name: `m${made}`}, data: {k: 'x'.repeat(size)}}})
    if (made % 50 === 0) await turn()
    while (when === 'at once' && lines < made - 50) await turn()
  }
  if (when === 'at the end') read()
  while (lines < changes && !response.complete) await turn()
  sent.destroy()
  return told
}

const changes = 1500
const size = 20_000

test('a watcher that does not read costs what the sockets hold, and is told 410 when it reads again', async t => {
  const told = await toldOf(t, 'at the end')
  t.true(told.length < (changes * size) / 2, `${told.length} characters of ${changes * size}`)
  t.like(JSON.parse(told.trim().split('\n').at(-1) ?? ''), {type: 'ERROR', object: {code: 410, reason: 'Expired'}})
})

test('a watcher that reads is told everything', async t => {
  const told = await toldOf(t, 'at once')
  t.is(told.trim().split('\n').length, changes)
})

const options = (port: number): RequestOptions => ({
  host: '127.0.0.1',
  port,
  ca: authority.certificate,
  cert: me.certificate,
  key: me.key,
  agent: false,
})

test('what is no TLS, and what is no HTTP, is cut off', async t => {
  const {port} = await listening(t)
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\n\r\n')
  await once(socket, 'close')
  t.is((await send(port, {certificate: me})).status, 200)
})

test('no watcher is left behind, however it ends', async t => {
  const {ask, port, watchers} = await listening(t)
  const path = `${podsPath}?watch=true`
  const stops = Array.from({length: 20}, () => new AbortController())
  const watching = stops.map(({signal}) => {
    const sent = request({...options(port), path, signal})
    sent.on('error', () => undefined)
    sent.end()
    return once(sent, 'response').then(([response]) => {
      response.on('error', () => undefined)
      response.resume()
    })
  })
  await Promise.all(watching)
  t.is(watchers.get('Pod'), 20)
  for (const stop of stops) stop.abort()
  const ended = await send(port, {certificate: me, path: `${path}&timeoutSeconds=1`})
  t.is(ended.status, 200)
  await ask('POST', podsPath, {body: podNamed('late')})
  for (let tries = 0; watchers.get('Pod') !== 0 && tries < 100; tries++) await new Promise(setImmediate)
  t.is(watchers.get('Pod'), 0)
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
