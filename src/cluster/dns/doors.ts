import type {Socket as UdpSocket} from 'node:dgram'
import {createServer as createTcpServer, type Socket, type Server as TcpServer} from 'node:net'
import {serveTcp, serveUdp} from '../../dns/serve.ts'
import type {DnsServer} from '../../dns/server.ts'
import {createServer} from '../../net/http.ts'
import {descriptorOf, httpSocket} from '../../node/programs/listen.ts'
import type {PlayedServer} from '../../node/programs/program.ts'
import {openUdp} from '../../node/programs/udp-socket.ts'

/** The ports at which a DNS server of a pod is asked. Its Corefile names them, and another Corefile may name others. */
export type Doors = {
  readonly sockets: readonly number[]
  /** Opens what the server wants and closes what it wants no more. */
  follow(): void
  close(): void
}

/** Opens a server's ports in the thread's present network namespace. `known` resolves when the server can be ready. */
export function openDoors(server: DnsServer, known: Promise<void>): Doors {
  const open = new Map<string, PlayedServer>()
  const follow = () => {
    const wanted = new Map<string, () => PlayedServer>([
      ...server.ports.map(port => [`dns ${port}`, () => dnsDoor(server, port)] as const),
      ...server.http.map(({port}) => [`http ${port}`, () => httpDoor(server, port, known)] as const),
    ])
    for (const [name, door] of open)
      if (!wanted.has(name)) {
        door.close()
        open.delete(name)
      }
    for (const [name, make] of wanted) if (!open.has(name)) open.set(name, make())
  }
  const close = () => {
    for (const door of open.values()) door.close()
    open.clear()
  }
  try {
    follow()
  } catch (error) {
    close()
    throw error
  }
  return {
    get sockets() {
      return [...open.values()].flatMap(door => door.sockets)
    },
    follow,
    close,
  }
}

function dnsDoor(server: DnsServer, port: number): PlayedServer {
  const {socket, sockets} = openUdp(port)
  serveUdp(server, socket, port)
  const tcp = tcpDoor(server, port, socket)
  return {sockets: [...sockets, ...tcp.sockets], close: tcp.close}
}

function tcpDoor(server: DnsServer, port: number, udp: UdpSocket): PlayedServer {
  const listener: TcpServer = createTcpServer()
  const connections = new Set<Socket>()
  listener.on('error', () => undefined) // told below
  listener.on('connection', socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  listener.listen(port)
  const descriptor = descriptorOf(listener)
  const close = () => {
    udp.close()
    listener.close()
    for (const socket of connections) socket.destroy()
  }
  if (descriptor === undefined) {
    close()
    throw new Error(`listen tcp :${port}: bind: address already in use`)
  }
  serveTcp(server, listener, port)
  return {sockets: [descriptor], close}
}

/*
 * Who asks in the first moment whether it is ready waits for the answer: a kubelet that hears "no" asks again after ten seconds, and
 * the lab's own world is here in a hundredth of one.
 */
function httpDoor(server: DnsServer, port: number, known: Promise<void>): PlayedServer {
  const listener = createServer((request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?')
    const answer = () => {
      clearTimeout(timer)
      if (response.headersSent) return
      const {status, type, body} = server.request(port, path)
      response.writeHead(status, {'content-type': type}).end(body)
    }
    const timer = setTimeout(answer, path === '/ready' ? patienceMs : 0)
    if (path === '/ready') void known.then(answer)
  })
  return httpSocket(listener, port)
}

/** A probe waits a second. */
const patienceMs = 800
