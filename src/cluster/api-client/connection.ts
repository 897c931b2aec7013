import type {ClientRequest, IncomingMessage, RequestOptions} from 'node:http'
import {json} from 'node:stream/consumers'

/** Where an API server is and how one gets in: the authority that signed its certificate, and one's own pair. PEM. */
export type ApiPlace = {
  /** `https://10.0.20.254:6443`; http has no certificates. */
  readonly server: string
  readonly authority?: string
  readonly certificate?: string
  readonly key?: string
  /** In place of a certificate. */
  readonly token?: string
}

/** An answer of the API server that is a refusal; the message is the server's. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal'
  /** The HTTP status: 404, 409, 410, ... */
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export type ApiCall = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly type?:
    | 'application/json'
    | 'application/json-patch+json'
    | 'application/merge-patch+json'
    | 'application/strategic-merge-patch+json'
  readonly signal?: AbortSignal
}

/** The way to an API server, over connections that stay open. */
export type Connection = {
  /** The answer's JSON. Throws ApiRefusal, or what the network says. */
  // biome-ignore lint/suspicious/noExplicitAny: foreign data; the caller types it
  call(call: ApiCall): Promise<any>
  /** The answer as it comes, of a watch. */
  stream(path: string, signal: AbortSignal): Promise<IncomingMessage>
  close(): void
}

/** How long an answer may take to begin, in ms; only a watch says nothing for long, and it has begun by then. */
const patience = 30_000

export function connect({server, authority, certificate, key, token}: ApiPlace): Connection {
  const url = new URL(server)
  const secure = url.protocol === 'https:'
  const http = secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const agent = new http.Agent({keepAlive: true})
  const options: RequestOptions & {ca?: string; cert?: string; key?: string} = {
    agent,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port || (secure ? 443 : 80),
    ...(authority && {ca: authority}),
    ...(certificate && {cert: certificate}),
    ...(key && {key}),
  }

  async function send({method, path, body, type = 'application/json', signal}: ApiCall): Promise<IncomingMessage> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      accept: 'application/json',
      'user-agent': 'podlab-agent',
      ...(token !== undefined && {authorization: `Bearer ${token}`}),
      ...(text !== undefined && {'content-type': type, 'content-length': Buffer.byteLength(text)}),
    }
    const request = http.request({...options, method, path, headers, ...(signal && {signal})})
    const answer = answered(request)
    request.end(text)
    const response = await answer
    const status = response.statusCode ?? 0
    if (status >= 400) throw new ApiRefusal(status, await messageOf(response))
    return response
  }

  return {
    call: async call => json(await send(call)),
    stream: (path, signal) => send({method: 'GET', path, signal}),
    close: () => agent.destroy(),
  }
}

function answered(request: ClientRequest): Promise<IncomingMessage> {
  request.setTimeout(patience, () =>
    request.destroy(new Error(`no answer from the API server in ${patience / 1000} s`)),
  )
  return new Promise((resolve, reject) => {
    request.on('error', reject)
    request.once('response', response => {
      request.setTimeout(0)
      resolve(response)
    })
  })
}

async function messageOf(response: IncomingMessage): Promise<string> {
  const status = (await json(response).catch(() => undefined)) as {message?: string} | undefined
  return status?.message ?? `${response.statusCode} ${response.statusMessage}`
}
