import type {Duplex} from 'node:stream'
import {pipeline} from 'node:stream/promises'
import type {Pod} from '../../objects/pod.ts'
import type {Upgrade} from '../call.ts'
import type {Containers, PodPlace} from '../containers.ts'
import {ApiError} from '../status.ts'
import {keepAlive} from './keep-alive.ts'
import {negotiate} from './negotiate.ts'
import {portChannels} from './port-channels.ts'
import {type SpdyStream, serveSpdy} from './spdy/session.ts'

/*
 * Port forwarding: on one connection the client opens two streams for every connection that it has accepted, `error` and `data`, which
 * belong together by their header `requestID`. What goes wrong with one is said on its error stream; the others go on. The newest clients
 * speak this SPDY inside WebSocket messages; some others have channels in a WebSocket, two a port, fixed from the beginning.
 */

const tunnel = 'SPDY/3.1+portforward.k8s.io'
const channels = 'v4.channel.k8s.io'
const overSpdy = 'portforward.k8s.io'

/** `pods/NAME/portforward`. Throws ApiError before it has begun. */
export async function servePortForward(
  {pod, query, containers}: {pod: Pod; query: URLSearchParams; containers: Containers},
  connection: Upgrade,
): Promise<void> {
  const {namespace = 'default', name, uid = ''} = pod.metadata
  if (!pod.spec.nodeName) throw new ApiError('BadRequest', `pod ${name} does not have a host assigned`)
  const place: PodPlace = {namespace, name}
  const forward: Forward = async (port, data) => {
    try {
      await join(data, await containers.dial(place, port))
      return undefined
    } catch (error) {
      return `error forwarding port ${port} to pod ${uid}, uid : ${error instanceof Error ? error.message : error}`
    }
  }
  const negotiated = await negotiate(connection, {websocket: [tunnel, channels], spdy: [overSpdy]})
  if (negotiated === undefined) return
  if (negotiated.kind === 'spdy') return forwardStreams(negotiated.transport, forward)
  const {socket, protocol} = negotiated
  socket.on('error', () => undefined)
  keepAlive(socket)
  if (protocol === channels) return portChannels(socket, query, forward)
  const {createWebSocketStream} = await import('ws')
  return forwardStreams(createWebSocketStream(socket), forward)
}

/** Carries bytes between a stream and a port until both ways are over; answers what went wrong, or undefined. */
export type Forward = (port: number, data: Duplex) => Promise<string | undefined>

/* A connection that either side cuts is over, and no failure worth telling. */
async function join(data: Duplex, socket: Duplex): Promise<void> {
  const cut = () => {
    data.destroy()
    socket.destroy()
  }
  await Promise.all([pipeline(data, socket).catch(cut), pipeline(socket, data).catch(cut)])
}

type Pair = {error?: SpdyStream; data?: SpdyStream; timer?: NodeJS.Timeout}

async function forwardStreams(transport: Duplex, forward: Forward): Promise<void> {
  const pairs = new Map<string, Pair>()
  const opened = (stream: SpdyStream) => {
    const type = stream.headers.get('streamtype')?.[0]
    if (type !== 'error' && type !== 'data') return void stream.destroy()
    const id = stream.headers.get('requestid')?.[0] ?? ''
    const pair = pairs.get(id) ?? {}
    if (pair[type]) return void stream.destroy()
    pair[type] = stream
    pairs.set(id, pair)
    if (type === 'error') stream.resume() // the client ends it at once, and never writes
    pair.timer ??= setTimeout(() => giveUp(pairs, id), pairWithin)
    if (!pair.error || !pair.data) return
    clearTimeout(pair.timer)
    pairs.delete(id)
    void forwardPair(pair.error, pair.data, forward)
  }
  await serveSpdy(transport, {opened}).over
  for (const {timer} of pairs.values()) clearTimeout(timer)
}

const pairWithin = 30_000

function giveUp(pairs: Map<string, Pair>, id: string): void {
  const pair = pairs.get(id)
  pairs.delete(id)
  pair?.error?.end(`timed out waiting for the other stream of request ${id}`)
  pair?.data?.destroy()
}

async function forwardPair(error: SpdyStream, data: SpdyStream, forward: Forward): Promise<void> {
  const said = data.headers.get('port')?.[0] ?? ''
  const port = portOf(said)
  const failure = port === undefined ? badPort(said) : await forward(port, data)
  error.end(failure ?? '')
  if (failure === undefined) return
  data.resume()
  data.end()
}

/** A port as text says it; undefined when it is none. */
function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

function badPort(text: string): string {
  if (text === '') return '"port" header is required'
  if (/^0+$/.test(text)) return `port "${text}" must be > 0`
  const why = /^\d+$/.test(text) ? 'value out of range' : 'invalid syntax'
  return `unable to parse "${text}" as a port: strconv.ParseUint: parsing "${text}": ${why}`
}
