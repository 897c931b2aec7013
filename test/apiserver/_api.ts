import type {Answer, Api, ApiRequest} from '../../src/apiserver/call.ts'
import {ContainerMissing, type ContainerPlace, type Containers} from '../../src/apiserver/containers.ts'
import {respond} from '../../src/apiserver/respond.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {bootstrapObjects} from '../../src/store/bootstrap.ts'
import {memoryStore} from '../../src/store/memory.ts'
import {registry} from '../../src/store/registry.ts'

/** An API server without sockets, at a standing clock, with the objects that every cluster has. */
export function testApi({historyLimit = 1000, usage}: {historyLimit?: number; usage?: Api['usage']} = {}) {
  let uids = 0
  const now = () => Date.parse('2026-01-01T00:00:10Z')
  const uid = () => `00000000-0000-0000-0000-${String(++uids).padStart(12, '0')}`
  const store = memoryStore({clock: () => Date.parse('2026-01-01T00:00:00Z'), uid, historyLimit})
  const objects = registry({store, serviceRange: parseCidr('10.96.0.0/16'), now, random: () => 0.5})
  objects.apply(bootstrapObjects(parseCidr('10.96.0.0/16'), {ip: '10.0.20.254', port: 6443}))
  const api: Api = {store, registry: objects, now, containers: noContainers, ...(usage && {usage})}
  return {
    api,
    store,
    ask: (method: string, url: string, options: Partial<Asked> = {}) => ask(api, method, url, options),
  }
}

const missing = async (place: Partial<ContainerPlace>) => {
  throw new ContainerMissing(`container not found ("${place.container}")`)
}

/** Those of a cluster whose nodes run nothing. */
const noContainers: Containers = {find: missing, exec: missing, attach: missing, log: missing, dial: missing}

export type Asked = {
  /** A text or bytes as they are, anything else as JSON. */
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  readonly user: ApiRequest['user']
  readonly signal: AbortSignal
}

/** An answer with its body read as JSON, where it is JSON and no stream. */
// biome-ignore lint/suspicious/noExplicitAny: as clients see it
export type Read = Omit<Answer, 'body'> & {readonly text: string; readonly body: any}

async function ask(api: Api, method: string, url: string, options: Partial<Asked>): Promise<Read> {
  const {body, headers = {}, signal = new AbortController().signal} = options
  const bytes = body === undefined ? Buffer.alloc(0) : bytesOf(body)
  const user = 'user' in options ? options.user : {name: 'kubernetes-admin', groups: ['system:masters']}
  const answer = await respond({method, url, headers, user, signal, body: async () => bytes}, api)
  let text = ''
  if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) text = answer.body.toString()
  else if (answer.body) for await (const piece of answer.body) text += piece
  return {...answer, text, body: parsed(text)}
}

function bytesOf(body: unknown): Buffer {
  return typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const podsPath = '/api/v1/namespaces/default/pods'

export function podNamed(name: string, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, labels: {app: name}},
    spec: {containers: [{name: 'c', image: 'nginx'}], ...more},
  }
}
