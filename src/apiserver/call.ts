import type {IncomingHttpHeaders, IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'
import type {KindName} from '../objects/kinds.ts'
import type {Registry} from '../store/registry.ts'
import type {Store} from '../store/store.ts'
import type {Containers} from './containers.ts'
import type {Tokens} from './tokens.ts'

/*
 * The words of the API server. A request comes in as an `ApiRequest`; the router makes a `Call` of one that is about objects; whoever
 * answers returns an `Answer` or throws (`ApiError`, or what the store and the objects throw: `status.ts` knows them all).
 *
 * To add a subresource: a row in `subresources/index.ts`. To serve what only the nodes can do (logs, exec): a member of `Api` that
 * `src/cluster/daemon` fills in, since this folder does not know the nodes.
 */

/** Whoever asks, as a certificate or a token says. */
export type User = {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** By what somebody is known; over plain http, everybody is the administrator. */
export type Means = 'client certificate' | 'token' | 'plain http'

/** A request without its connection. */
export type ApiRequest = {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Reads the whole body; refuses one over 3 MB. */
  readonly body: () => Promise<Buffer>
  /** Undefined for those who do not say who they are. */
  readonly user: User | undefined
  readonly means?: Means
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
}

/** What is sent back. A body that is a sequence is sent piece by piece, the next when the client has taken the one before. */
export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/** A request about objects of one kind: `GET /api/v1/namespaces/NAMESPACE/pods/NAME/SUBRESOURCE?QUERY`. */
export type Call = {
  readonly method: string
  readonly user: User
  readonly kind: KindName
  /** The version that the path asks for, and objects are answered in: `apps/v1beta2`. */
  readonly apiVersion: string
  readonly namespace: string | undefined
  /** Empty for a collection. */
  readonly name: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** What follows the subresource in the path, as with `proxy`; mostly empty. */
  readonly rest: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: () => Promise<Buffer>
  readonly signal: AbortSignal
}

/** A connection that is to become something else than HTTP: WebSocket, SPDY. Whoever gets it answers on it and ends it. */
export type Upgrade = {readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer}

/** What the API server works on. */
export type Api = {
  readonly store: Store
  readonly registry: Registry
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** What only the nodes have. */
  readonly containers: Containers
  /** How many watch each kind just now. */
  readonly watchers?: Map<string, number>
  /** Hears of each request before it is answered; answers with what is to be worked on for it. */
  readonly hear?: (request: ApiRequest) => {readonly request: ApiRequest; readonly api: Api}
  /** Makes and checks tokens of service accounts, where there are any. */
  readonly tokens?: Tokens
  /** What nodes and containers use, as far as somebody measures it. */
  readonly usage?: {
    node(name: string): Usage | undefined
    container(podUid: string, container: string): Usage | undefined
  }
}

/** A use of the processor, as its billionths, and of memory. */
export type Usage = {readonly cpuNanocores: number; readonly memoryBytes: number}
