import {createSocket, type RemoteInfo, type Socket} from 'node:dgram'
import type {Within} from './dial.ts'
import type {Room} from './room.ts'
import type {Served} from './tcp-proxy.ts'

/** The longest datagram; the rest of a longer one is cut off, as the real kube-proxy does. */
const longest = 4096

type Client = {readonly upstream: Socket; readonly idle: NodeJS.Timeout}

/**
 * Hands on datagrams. UDP has no connections, so the proxy makes them up: each client, an address with a port, has a socket of its own
 * to an endpoint, until nothing has come either way for a while. Throws the error of a port that cannot be had.
 */
export function serveUdp(
  port: number,
  {
    within,
    choose,
    room,
    idleMs,
  }: {
    readonly within: Within
    readonly choose: (client: string, anew: boolean) => string | undefined
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
    clearTimeout(client.idle)
    client.upstream.close()
    room.leave()
  }

  const meet = (key: string, from: RemoteInfo): Client | undefined => {
    const endpoint = choose(from.address, false)
    if (endpoint === undefined || !room.enter()) return undefined
    const upstream = createSocket({type: 'udp4', lookup})
    const client = {upstream, idle: setTimeout(forget, idleMs, key)}
    clients.set(key, client)
    upstream.on('error', () => forget(key)) // nobody listens there; the client's next datagram goes elsewhere
    upstream.on('message', answer => {
      client.idle.refresh()
      socket.send(answer.subarray(0, longest), from.port, from.address)
    })
    const [host, number] = endpoint.split(':')
    within(() => upstream.connect(Number(number), host))
    return clients.get(key)
  }

  socket.on('message', (message, from) => {
    const key = `${from.address}:${from.port}`
    const client = clients.get(key) ?? meet(key, from)
    if (client === undefined) return
    client.idle.refresh()
    client.upstream.send(message.subarray(0, longest))
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
