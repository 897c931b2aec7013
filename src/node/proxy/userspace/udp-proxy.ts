import {createSocket, type RemoteInfo, type Socket} from 'node:dgram'
import type {Caller, Within} from './dial.ts'
import type {Called, Endpoints} from './permitted.ts'
import type {Room} from './room.ts'
import type {Served} from './tcp-proxy.ts'
import {vouchedTos} from './vouched.ts'

/** The longest datagram; the rest of a longer one is cut off, as the real kube-proxy does. */
const longest = 4096

/** How many datagrams of a client may wait until it is known whether it may speak to an endpoint; further ones are lost. */
export const mostWaiting = 8

/** A client with a socket to its endpoint, or one that waits for it. */
type Client = {link?: {readonly upstream: Socket; readonly idle: NodeJS.Timeout}; readonly waiting: Buffer[]}

/**
 * Hands on datagrams. UDP has no connections, so the proxy makes them up: each client, an address with a port, has a socket of its own
 * to an endpoint, until nothing has come either way for a while. Throws the error of a port that cannot be had.
 */
export function serveUdp(
  port: number,
  {
    within,
    syscalls,
    endpointsFor,
    room,
    idleMs,
  }: Caller & {
    readonly endpointsFor: (client: string) => Endpoints
    readonly room: Room
    readonly idleMs: number
  },
): Served {
  const clients = new Map<string, Client>()
  const socket = boundUdp(within, {address: '0.0.0.0', port})

  const forget = (key: string) => {
    const client = clients.get(key)
    if (client === undefined) return
    clients.delete(key)
    clearTimeout(client.link?.idle)
    client.link?.upstream.close()
    room.leave()
  }

  const meet = (key: string, from: RemoteInfo): Client | undefined => {
    const called = endpointsFor(from.address)('first')
    if (called === undefined || !room.enter()) return undefined
    const client: Client = {waiting: []}
    clients.set(key, client)
    const go = (to: Called | undefined) => {
      if (clients.get(key) !== client) return
      if (to === undefined) return forget(key)
      connect(client, to, {key, from})
      for (const message of client.waiting.splice(0)) client.link?.upstream.send(message)
    }
    if (called instanceof Promise) void called.then(go)
    else go(called)
    return clients.get(key)
  }

  const connect = (client: Client, {endpoint, isVouched}: Called, {key, from}: {key: string; from: RemoteInfo}) => {
    const upstream = createSocket({type: 'udp4', lookup})
    client.link = {upstream, idle: setTimeout(forget, idleMs, key)}
    upstream.on('error', () => forget(key)) // nobody listens there; the client's next datagram goes elsewhere
    upstream.on('message', answer => {
      client.link?.idle.refresh()
      socket.send(answer.subarray(0, longest), from.port, from.address)
    })
    const [host, number] = endpoint.split(':')
    try {
      within(() => {
        if (isVouched) upstream.bind({fd: syscalls.markedSocket({protocol: 'udp', tos: vouchedTos})})
        upstream.connect(Number(number), host)
      })
    } catch {
      forget(key) // there is no descriptor left
    }
  }

  socket.on('message', (message, from) => {
    const key = `${from.address}:${from.port}`
    const client = clients.get(key) ?? meet(key, from)
    if (client === undefined) return
    const datagram = message.subarray(0, longest)
    client.link?.idle.refresh()
    if (client.link) client.link.upstream.send(datagram)
    else if (client.waiting.length < mostWaiting) client.waiting.push(datagram)
  })
  socket.on('error', () => undefined) // of one datagram that could not be sent

  const end = () => {
    for (const key of [...clients.keys()]) forget(key)
  }
  const close = () => {
    socket.close()
    end() // their answers would have no way back
  }
  return {close, end, connections: () => clients.size}
}

/** A socket bound to an address of the node; throws when that is taken. */
export function boundUdp(within: Within, {address, port}: {readonly address: string; readonly port: number}): Socket {
  const socket = createSocket({type: 'udp4', lookup})
  let failure: Error | undefined
  const fail = (error: Error) => {
    failure = error
  }
  socket.once('error', fail)
  within(() => socket.bind({address, port, exclusive: true}))
  socket.off('error', fail)
  if (failure) {
    socket.close()
    throw failure
  }
  return socket
}

/* Node looks an address up before it makes the socket, and would so leave the namespace; who is told at once stays. */
function lookup(host: string, _options: unknown, told: (error: null, address: string, family: number) => void): void {
  told(null, host, 4)
}
