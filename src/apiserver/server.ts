import {randomUUID} from 'node:crypto'
import type {Server as HttpServer, IncomingMessage, ServerResponse} from 'node:http'
import type {Server} from 'node:https'
import type {Duplex} from 'node:stream'
import type {TLSSocket} from 'node:tls'
import {largestBody, tooLarge} from './body.ts'
import type {Answer, Api, ApiRequest} from './call.ts'
import {respond} from './respond.ts'
import {upgrade} from './upgrade.ts'
import {userOf} from './user.ts'

/** The server's own pair and the authority that its clients' certificates are signed by, all in PEM. */
export type ServerCertificates = {readonly certificate: string; readonly key: string; readonly authority: string}

/**
 * The API server, listening nowhere yet: connections are handed to it (`emit('connection', socket)`), so that one server can be reached through
 * several sockets.
 */
export function createApiServer(api: Api, {certificate, key, authority}: ServerCertificates): Server {
  const {createServer} = process.getBuiltinModule('node:https')
  const server = createServer({
    cert: certificate,
    key,
    ca: authority,
    requestCert: true,
    // A client without a certificate, or with another authority's, is answered in HTTP: 401.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // Who has not said who he is by then is not going to; in ms.
    handshakeTimeout: 10_000,
    keepAlive: true,
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return serving(server, request => whoIs(request, api), api)
}

/** The same without TLS, where everybody is the administrator: for those who ask for it. */
export function createInsecureServer(api: Api): HttpServer {
  const {createServer} = process.getBuiltinModule('node:http')
  const everybody = {name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated']}
  return serving(createServer({keepAlive: true}), () => ({user: everybody, means: 'plain http'}), api)
}

type WhoIs = (request: IncomingMessage) => Pick<ApiRequest, 'user' | 'means'>

/* Who says nothing for so long in the middle of a request is not waited for, in ms. Streams may be silent as long as they like. */
const silence = 60_000

/* Longer than Go's clients keep a connection that they do not use: whoever closes it first must not be the one who is about to be asked. */
const keptIdle = 120_000

function serving<S extends HttpServer>(server: S, who: WhoIs, api: Api): S {
  server.timeout = silence
  server.keepAliveTimeout = keptIdle
  server.on('request', (request, response) => serve(requestOf(request, response, who), api, {request, response}))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    request.socket.setTimeout(0)
    upgrade(requestOf(request, socket, who), api, {request, socket, head})
  })
  return server
}

function serve(asked: ApiRequest, api: Api, {request, response}: Exchange): void {
  response.on('error', () => undefined)
  const heard = api.hear?.(asked) ?? {request: asked, api}
  respond(heard.request, heard.api)
    .then(answer => send(answer, {request, response}))
    .catch(() => response.destroy())
}

type Exchange = {readonly request: IncomingMessage; readonly response: ServerResponse}

function requestOf(request: IncomingMessage, until: NodeJS.EventEmitter, who: WhoIs): ApiRequest {
  const gone = new AbortController()
  until.once('close', () => gone.abort())
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    body: () => readAll(request),
    ...who(request),
    signal: gone.signal,
  }
}

/** A certificate of the lab's own authority says who asks, or a token. */
function whoIs({socket, headers}: IncomingMessage, {tokens}: Api): ReturnType<WhoIs> {
  const {authorized, getPeerCertificate} = socket as TLSSocket
  if (authorized) return {user: userOf(getPeerCertificate.call(socket).subject), means: 'client certificate'}
  const [, token] = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '') ?? []
  const checked = token && tokens?.check(token)
  return {user: checked && 'user' in checked ? checked.user : undefined, means: 'token'}
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > largestBody) throw tooLarge()
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > largestBody) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function send({status, headers, body = ''}: Answer, {request, response}: Exchange) {
  response.writeHead(status, {
    'cache-control': 'no-cache, private',
    'audit-id': randomUUID(),
    ...priority,
    ...headers,
  } as Record<string, string>)
  // What is left of a body that nobody reads would keep the connection busy.
  if (!request.complete) request.resume()
  if (request.method === 'HEAD' || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : '')
    return
  }
  request.socket.setTimeout(0)
  response.flushHeaders()
  for await (const piece of body) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

/* By these, clients see that the server itself keeps them from asking too much, and do not hold themselves back any more. */
const priority = {
  'x-kubernetes-pf-flowschema-uid': '7aa1a9f1-2a9e-4f5c-9d3b-6f0b8a8d7c11',
  'x-kubernetes-pf-prioritylevel-uid': '1b4e0c57-93a5-4c67-8a0e-5f6b1f7f2d22',
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      response.off('drain', done)
      response.off('close', done)
      resolve()
    }
    response.on('drain', done)
    response.on('close', done)
  })
}
