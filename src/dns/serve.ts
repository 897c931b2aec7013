import type {Socket as UdpSocket} from 'node:dgram'
import type {Server as HttpServer} from 'node:http'
import type {Server as TcpServer, Socket as TcpSocket} from 'node:net'
import type {DnsServer} from './server.ts'

/**
 * Answers what comes to a UDP socket. A socket whose `lookup` answers at once is fastest, as src/node/programs/udp-socket.ts makes it; and nobody is
 * told when an answer is sent, which takes time, or cannot be, for which there is nobody to tell.
 */
export function serveUdp(server: DnsServer, socket: UdpSocket, port: number): void {
  socket.on('message', (bytes, {address, port: from}) => {
    const send = (answer: Buffer | undefined) => {
      if (answer) socket.send(answer, from, address)
    }
    const answer = server.answer(bytes, {address, port: from, protocol: 'udp'}, port)
    if (answer instanceof Promise) answer.then(send, ignore)
    else send(answer)
  })
}

/* A client that has gone is no fault of the server's. */
function ignore(): void {}

export type TcpLimits = {
  /** How many connections are open at most: for one more, that which has been idle longest is closed. */
  readonly connections: number
  /** Within so many milliseconds a first query is there. */
  readonly first: number
  /** Within so many milliseconds of one query the next is there. */
  readonly idle: number
  /** How many queries of a connection are under way at most. */
  readonly pipeline: number
}

export const tcpLimits: TcpLimits = {connections: 1000, first: 3000, idle: 10_000, pipeline: 64}

/** Answers queries on the connections that a server accepts, several on one if the client sends them. */
export function serveTcp(server: DnsServer, listener: TcpServer, port: number, limits: TcpLimits = tcpLimits): void {
  const connections = new Set<TcpSocket>()
  listener.on('connection', socket => {
    connections.add(socket)
    for (const longestIdle of connections) {
      if (connections.size <= limits.connections) break
      connections.delete(longestIdle)
      longestIdle.destroy()
    }
    socket.on('close', () => connections.delete(socket))
    converse(server, socket, {
      port,
      limits,
      busy: () => {
        connections.delete(socket)
        connections.add(socket)
      },
    })
  })
}

type Conversation = {readonly port: number; readonly limits: TcpLimits; readonly busy: () => void}

function converse(server: DnsServer, socket: TcpSocket, {port, limits, busy}: Conversation): void {
  const {remoteAddress = '', remotePort = 0} = socket
  const client = {address: remoteAddress.replace(/^::ffff:/, ''), port: remotePort, protocol: 'tcp'} as const
  let read = Buffer.alloc(0)
  let underWay = 0
  let ended = false
  /* A client that says no more still gets the answers to what it has asked. */
  const endIfDone = () => {
    if (ended && underWay === 0) socket.end()
  }
  let timer = setTimeout(() => socket.destroy(), limits.first)
  const said = (answer: Buffer | undefined) => {
    if (answer && !socket.destroyed) socket.write(framed(answer))
  }
  const next = () => {
    while (!socket.destroyed && underWay < limits.pipeline && socket.writableLength < mostUnread && read.length >= 2) {
      const end = read.readUInt16BE(0) + 2
      if (read.length < end) break
      const query = read.subarray(2, end)
      read = read.subarray(end)
      busy()
      clearTimeout(timer)
      timer = setTimeout(() => socket.destroy(), limits.idle)
      const answer = server.answer(query, client, port)
      if (answer instanceof Promise) {
        underWay += 1
        answer.then(said, ignore).finally(() => {
          underWay -= 1
          next()
          endIfDone()
        })
      } else said(answer)
    }
    const isFull = read.length > 65_537
    if (isFull && !socket.isPaused()) socket.pause()
    else if (!isFull && socket.isPaused()) socket.resume()
  }
  socket.on('data', chunk => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk])
    next()
  })
  socket.on('drain', next)
  socket.on('end', () => {
    ended = true
    endIfDone()
  })
  socket.on('error', ignore)
  socket.on('close', () => clearTimeout(timer))
}

/* A client that asks and does not read is answered no more until it reads. */
const mostUnread = 1 << 20

function framed(answer: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(answer.length + 2)
  bytes.writeUInt16BE(answer.length, 0)
  answer.copy(bytes, 2)
  return bytes
}

/** Answers /health, /ready and /metrics on an HTTP server's port. */
export function serveHttp(server: DnsServer, listener: HttpServer, port: number): void {
  listener.on('request', (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?')
    const {status, type, body} = server.request(port, path)
    response.writeHead(status, {'content-type': type}).end(body)
  })
}
