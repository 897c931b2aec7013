import {once} from 'node:events'
import type {IncomingHttpHeaders} from 'node:http'
import {type RequestOptions, request} from 'node:https'
import {type AddressInfo, createServer, type Socket} from 'node:net'
import {text} from 'node:stream/consumers'
import type {ExecutionContext} from 'ava'
import {createApiServer} from '../../../src/apiserver/server.ts'
import {
  type Authority,
  clientCertificate,
  createAuthority,
  serverCertificate,
} from '../../../src/apiserver/tls/certificates.ts'
import {serviceAccountTokens} from '../../../src/apiserver/tokens.ts'
import {testApi} from '../_api.ts'

/** From when on the certificates hold. */
export const now = new Date()
/** Who signs for this lab. */
export const authority = createAuthority('podlab test', now)
/** Who I am. */
export const admin = {commonName: 'kubernetes-admin', organizations: ['system:masters']}
/** What proves it. */
export const me = clientCertificate(authority, admin, now)

/** A server on loopback whose connections come in as a lab's daemon hands them over. */
export async function listening(t: ExecutionContext) {
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

/** Sends one request on a connection of its own. */
export async function send(port: number, {body, path = '/api', certificate, ...more}: Sent): Promise<Got> {
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

/** How a connection is made in my name. */
export const options = (port: number): RequestOptions => ({
  host: '127.0.0.1',
  port,
  ca: authority.certificate,
  cert: me.certificate,
  key: me.key,
  agent: false,
})
