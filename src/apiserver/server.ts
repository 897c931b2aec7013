import type {IncomingMessage, ServerResponse} from 'node:http'
import type {Server} from 'node:https'
import type {Duplex} from 'node:stream'
import type {TLSSocket} from 'node:tls'
import {largestBody, tooLarge} from './body.ts'
import type {Answer, Api, ApiRequest, User} from './call.ts'
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
    keepAlive: true,
  })
  server.on('request', (request, response) => serve(request, response, api))
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgrade(requestOf(request, socket), api, {request, socket, head})
  })
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  return server
}

function serve(request: IncomingMessage, response: ServerResponse, api: Api): void {
  response.on('error', () => undefined)
  respond(requestOf(request, response), api)
    .then(answer => send(answer, request, response))
    .catch(() => response.destroy())
}

function requestOf(request: IncomingMessage, until: NodeJS.EventEmitter): ApiRequest {
  const gone = new AbortController()
  until.once('close', () => gone.abort())
  return {
    method: request.method ?? 'GET',
    url: request.url ?? '/',
    headers: request.headers,
    body: () => readAll(request),
    user: whoIs(request),
    signal: gone.signal,
  }
}

function whoIs({socket}: IncomingMessage): User | undefined {
  const {authorized, getPeerCertificate} = socket as TLSSocket
  return authorized ? userOf(getPeerCertificate.call(socket).subject) : undefined
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

async function send({status, headers, body = ''}: Answer, request: IncomingMessage, response: ServerResponse) {
  response.writeHead(status, {'cache-control': 'no-cache, private', ...headers} as Record<string, string>)
  // What is left of a body that nobody reads would keep the connection busy.
  if (!request.complete) request.resume()
  if (request.method === 'HEAD' || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : '')
    return
  }
  response.flushHeaders()
  for await (const piece of body) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
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
