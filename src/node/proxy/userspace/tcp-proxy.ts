import {createServer, type Socket} from 'node:net'
import {type Caller, dialEndpoint} from './dial.ts'
import type {Endpoints} from './permitted.ts'
import type {Room} from './room.ts'

/** What is served at one proxy port. */
export type Served = {
  /** Listens no longer; connections that are open go on. */
  close(): void
  /** Ends those that are still open after `close`. */
  end(): void
  /** How many there are. */
  connections(): number
}

/** Takes connections at a socket that listens, and joins each with one to an endpoint. */
export function serveTcp(
  descriptor: number,
  {
    endpointsFor,
    room,
    ...caller
  }: Caller & {
    readonly endpointsFor: (client: string) => Endpoints
    readonly room: Room
  },
): Served {
  const clients = new Set<Socket>()

  const take = async (client: Socket) => {
    client.on('error', () => undefined)
    if (!room.enter()) {
      client.resetAndDestroy()
      return
    }
    clients.add(client)
    client.once('close', () => {
      clients.delete(client)
      room.leave()
    })
    const {remoteAddress = ''} = client
    const endpoint = await dialEndpoint(caller, endpointsFor(remoteAddress))
    if (endpoint === undefined) client.destroy()
    else join(client, endpoint)
  }

  const server = createServer({allowHalfOpen: true, pauseOnConnect: true, noDelay: true}, client => void take(client))
  server.on('error', () => undefined) // of the one listening socket; who comes then is refused by the kernel
  server.listen({fd: descriptor})
  return {
    close: () => void server.close(),
    end: () => {
      for (const client of clients) client.destroy()
    },
    connections: () => clients.size,
  }
}

/**
 * Copies both ways. As soon as one side has said all that it has to say, and the other has been given it, both are closed: whoever
 * closes only his sending half (`nc -N`) may miss the answer, as with the real kube-proxy.
 */
function join(client: Socket, endpoint: Socket): void {
  const part = () => {
    client.destroy()
    endpoint.destroy()
  }
  for (const side of [client, endpoint]) side.once('error', part).once('close', part).once('finish', part)
  if (client.destroyed) part()
  client.pipe(endpoint)
  endpoint.pipe(client)
}
