import {randomInt} from 'node:crypto'
import {Socket} from 'node:net'
import type {Syscalls} from '../../../kernel/syscalls.ts'
import {printPortRange} from '../../../net/port-range.ts'
import {asBefore, type Balancer, newBalancer, nextEndpoint, withEndpoints} from './balancer.ts'
import type {Within} from './dial.ts'
import {type Choose, type Judge, permittedEndpoints} from './permitted.ts'
import type {Opened, ProxyOptions} from './protocol.ts'
import {type Claim, claimKey, type ProxiedPort, proxyPortKey} from './proxied-port.ts'
import {portCandidates} from './proxy-port.ts'
import type {Room} from './room.ts'
import {type Served, serveTcp} from './tcp-proxy.ts'
import {boundUdp, serveUdp} from './udp-proxy.ts'

/** The sockets of one node's proxy, by the names of service ports. */
export type Listeners = {
  /** Serves a port, or serves it otherwise from now on; it keeps its proxy port as long as it is not closed. */
  open(port: ProxiedPort, options: ProxyOptions): Opened
  close(name: string): void
  stop(): void
}

type Listener = {
  readonly protocol: ProxiedPort['protocol']
  balancer: Balancer
  served?: Served
  proxyPort?: number
  readonly held: Map<string, () => void>
}

export function createListeners(tools: {
  readonly within: Within
  readonly syscalls: Pick<Syscalls, 'tcpListener' | 'markedSocket'>
  /** For connections. */
  readonly room: Room
  /** For sockets that wait for connections, or hold ports. */
  readonly listening: Room
  readonly judge: Judge
}): Listeners {
  const listeners = new Map<string, Listener>()
  /* Whose listeners are gone, but not yet all their connections. */
  const leaving = new Set<Served>()

  const close = (name: string) => {
    const listener = listeners.get(name)
    if (listener === undefined) return
    listeners.delete(name)
    for (const release of listener.held.values()) release()
    if (listener.served) tools.listening.leave()
    listener.served?.close()
    for (const served of leaving) if (served.connections() === 0) leaving.delete(served)
    if (listener.served) leaving.add(listener.served)
  }

  const listenerFor = ({name, protocol}: ProxiedPort): Listener => {
    const known = listeners.get(name)
    if (known?.protocol === protocol) return known
    close(name)
    const made: Listener = {protocol, balancer: newBalancer, held: new Map()}
    listeners.set(name, made)
    return made
  }

  return {
    open: (port, options) => {
      const listener = listenerFor(port)
      const affinityMs = port.affinitySeconds === undefined ? undefined : port.affinitySeconds * 1000
      listener.balancer = withEndpoints(listener.balancer, {endpoints: port.endpoints, affinityMs}, shuffled)
      const refused = [
        ...(listener.served ? [] : listen(tools, {listener, port, options})),
        ...hold(tools, listener, port.claims),
      ]
      return {name: port.name, refused, ...(listener.proxyPort !== undefined && {proxyPort: listener.proxyPort})}
    },
    close,
    stop: () => {
      for (const name of [...listeners.keys()]) close(name)
      for (const served of leaving) served.end()
      leaving.clear()
    },
  }
}

type Tools = Parameters<typeof createListeners>[0]
type Refusals = Opened['refused']

/* Listens at the first port that nobody else has. */
function listen(
  {within, syscalls, room, listening, judge}: Tools,
  {listener, port, options}: {readonly listener: Listener; readonly port: ProxiedPort; readonly options: ProxyOptions},
): Refusals {
  const {protocol} = port
  const endpointsFor = (client: string) =>
    permittedEndpoints(chooserFor(listener, client), endpoint => judge({client, endpoint, protocol}))
  const at: Readonly<Record<ProxiedPort['protocol'], (number: number) => Served>> = {
    tcp: number => {
      const descriptor = within(() => syscalls.tcpListener({host: '0.0.0.0', port: number}))
      return serveTcp(descriptor, {within, syscalls, endpointsFor, room})
    },
    udp: number => serveUdp(number, {within, syscalls, endpointsFor, room, idleMs: options.udpIdleMs}),
  }
  if (!listening.enter()) return [[proxyPortKey(port.name), tooMany]]
  for (const number of portCandidates(port.name, options.range)) {
    try {
      listener.served = at[port.protocol](number)
      listener.proxyPort = number
      return []
    } catch (error) {
      if (isTaken(error)) continue
      listening.leave()
      return [[proxyPortKey(port.name), wordsOf(error)]]
    }
  }
  listening.leave()
  return [[proxyPortKey(port.name), `no port of ${printPortRange(options.range)} is free`]]
}

/* Endpoints for one connection of a client, one after the other. */
function chooserFor(listener: Pick<Listener, 'balancer'>, client: string): Choose {
  const session = listener.balancer.sessions.get(client)
  const forbidden = new Set<string>()
  let last: string | undefined
  return why => {
    if (why === 'forbidden' && last !== undefined) forbidden.add(last)
    const question = {client, now: performance.now(), anew: why === 'no answer', forbidden}
    const {endpoint, balancer} = nextEndpoint(listener.balancer, question)
    const isShut = endpoint === undefined && forbidden.size > 0
    listener.balancer = isShut ? asBefore(balancer, client, session) : balancer
    last = endpoint
    return endpoint
  }
}

/* Holds what is claimed, and lets go what is not any more. */
function hold({within, syscalls, listening}: Tools, {held, protocol}: Listener, claims: readonly Claim[]): Refusals {
  const wanted = new Map(claims.map(claim => [claimKey(protocol, claim), claim]))
  for (const [key, release] of held)
    if (!wanted.has(key)) {
      held.delete(key)
      release()
    }
  return [...wanted].flatMap(([key, {ip, port}]): Refusals => {
    if (held.has(key)) return []
    if (!listening.enter()) return [[key, tooMany]]
    try {
      const release = take(ip, port)
      held.set(key, () => {
        release()
        listening.leave()
      })
      return []
    } catch (error) {
      listening.leave()
      return [[key, wordsOf(error)]]
    }
  })

  function take(ip: Claim['ip'], port: number): () => void {
    if (protocol === 'udp') {
      const socket = boundUdp(within, {address: ip, port})
      return () => void socket.close()
    }
    const fd = within(() => syscalls.tcpListener({host: ip, port}))
    // Nobody takes a connection from it. As Node's own it is closed when the thread breaks, too.
    const socket = new Socket({fd, readable: false, writable: false})
    return () => void socket.destroy()
  }
}

const tooMany = 'no more sockets for this process (ulimit -n)'

function shuffled(endpoints: readonly string[]): readonly string[] {
  return endpoints
    .map(endpoint => ({endpoint, lot: randomInt(2 ** 32)}))
    .sort((a, b) => a.lot - b.lot)
    .map(({endpoint}) => endpoint)
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

/* As Go says it. */
function wordsOf(error: unknown): string {
  return isTaken(error) ? 'address already in use' : error instanceof Error ? error.message : String(error)
}
