import type {Socket as UdpSocket} from 'node:dgram'
import type {Socket as TcpSocket} from 'node:net'
import type {Exchange, Sent, Upstream} from './upstream.ts'

/** Opens sockets towards other servers, in the network that the DNS server is in. */
export type Sockets = {
  /** A bound UDP socket. */
  readonly openUdp: (family: 4 | 6) => UdpSocket
  /** A TCP socket that is being connected. */
  readonly connect: (to: Upstream) => TcpSocket
}

type Waiting = {readonly done: (bytes: Buffer) => void; readonly failed: (error: Error) => void}

/** Asks other servers, by one UDP socket a family and a TCP connection a query. */
export function createExchange({openUdp, connect}: Sockets): {exchange: Exchange; close: () => void} {
  const waiting = new Map<string, Waiting>()
  const sockets = new Map<4 | 6, UdpSocket>()
  const socketOf = (family: 4 | 6): UdpSocket => {
    const known = sockets.get(family)
    if (known) return known
    const socket = openUdp(family)
    socket.on('message', (bytes, {address, port}) => {
      if (bytes.length >= 12) waiting.get(keyOf(bytes, {address, port}))?.done(bytes)
    })
    socket.on('error', () => {
      sockets.delete(family)
      socket.close()
    })
    socket.unref()
    sockets.set(family, socket)
    return socket
  }
  return {
    exchange: sent => (sent.protocol === 'udp' ? byUdp(sent, {waiting, socketOf}) : byTcp(sent, connect)),
    close: () => {
      for (const socket of sockets.values()) socket.close()
      for (const {failed} of waiting.values()) failed(new Error('the server has ended'))
    },
  }
}

type Udp = {readonly waiting: Map<string, Waiting>; readonly socketOf: (family: 4 | 6) => UdpSocket}

/* Numbers that are under way at the same server must differ: a taken one is changed, and changed back in the answer. */
function byUdp({bytes, to, timeout}: Sent, {waiting, socketOf}: Udp): Promise<Buffer> {
  const asked = bytes.readUInt16BE(0)
  const query = Buffer.from(bytes)
  for (let id = asked; waiting.has(keyOf(query, to)); ) {
    id = (id + 1) & 0xffff
    if (id === asked) return Promise.reject(new Error(`${to.address}:${to.port}: 65536 queries are under way`))
    query.writeUInt16BE(id, 0)
  }
  const key = keyOf(query, to)
  return new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => reject(timedOut(to, timeout)), timeout)
    const done = (answer: Buffer) => {
      clearTimeout(timer)
      answer.writeUInt16BE(asked, 0)
      resolve(answer)
    }
    const failed = (error: Error) => {
      clearTimeout(timer)
      reject(error)
    }
    waiting.set(key, {done, failed})
    const socket = socketOf(to.address.includes(':') ? 6 : 4)
    socket.send(query, to.port, to.address, error => {
      if (error) failed(error)
    })
  }).finally(() => waiting.delete(key))
}

function keyOf(bytes: Buffer, {address, port}: Upstream): string {
  return `${bytes.readUInt16BE(0)} ${address} ${port}`
}

function timedOut({address, port}: Upstream, timeout: number): Error {
  return new Error(`read udp ${address}:${port}: i/o timeout after ${timeout} ms`)
}

function byTcp({bytes, to, timeout}: Sent, connect: Sockets['connect']): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const socket = connect(to)
    let read = Buffer.alloc(0)
    const timer = setTimeout(() => end(timedOut(to, timeout)), timeout)
    const end = (outcome: Buffer | Error) => {
      clearTimeout(timer)
      socket.destroy()
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    socket.on('error', end)
    socket.on('close', () => end(new Error(`${to.address}:${to.port}: the connection was closed without an answer`)))
    socket.on('data', chunk => {
      read = Buffer.concat([read, chunk])
      const length = read.length < 2 ? Number.POSITIVE_INFINITY : read.readUInt16BE(0)
      if (read.length >= length + 2) end(read.subarray(2, length + 2))
    })
    const size = Buffer.alloc(2)
    size.writeUInt16BE(bytes.length, 0)
    socket.write(Buffer.concat([size, bytes]))
  })
}
