import type {Server} from 'node:http'
import {createServer} from '../../net/http.ts'
import type {Answer} from './answers.ts'

/** A port of the node at which questions are answered. */
export type Door = {
  /** `127.0.0.1`, or `0.0.0.0` for every address of the node. */
  readonly host: string
  readonly port: number
  readonly answer: (path: string) => Answer | Promise<Answer>
  /** Hears why it could not be opened: the port is taken, for one. */
  readonly failed?: (error: Error) => void
}

export type DoorsContext = {
  /** Makes a socket that listens in the node's network; answers its descriptor. */
  readonly listen: (place: {readonly host: string; readonly port: number}) => Promise<number>
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

/** The doors of one node: those that are wanted are open, and what could not be opened is tried again. */
export type Doors = {open(wanted: readonly Door[]): Promise<void>}

export function createDoors({listen, after, signal}: DoorsContext): Doors {
  const servers = new Map<string, Server>()
  let wanted: readonly Door[] = []
  let turn: Promise<void> = Promise.resolve()
  let isWaiting = false

  const converge = async () => {
    const keys = new Set(wanted.map(keyOf))
    for (const [key, server] of servers)
      if (!keys.has(key)) {
        servers.delete(key)
        close(server)
      }
    for (const door of wanted) if (!servers.has(keyOf(door))) await openOne(door)
  }

  const openOne = async (door: Door) => {
    try {
      const {host, port} = door
      const descriptor = await listen({host, port})
      servers.set(
        keyOf(door),
        serve(descriptor, path => present(door).answer(path)),
      )
    } catch (error) {
      if (signal.aborted) return
      present(door).failed?.(error as Error)
      void tryAgain()
    }
  }

  /* What is answered changes with what is known, the port does not. */
  const present = (door: Door) => wanted.find(one => keyOf(one) === keyOf(door)) ?? door

  const tryAgain = async () => {
    if (isWaiting) return
    isWaiting = true
    await after(retryAfterMs, signal)
    isWaiting = false
    if (!signal.aborted) await open(wanted)
  }

  const open = (doors: readonly Door[]) => {
    wanted = doors
    turn = turn.then(converge)
    return turn
  }

  signal.addEventListener('abort', () => servers.forEach(close), {once: true})
  return {open}
}

const retryAfterMs = 5000

function keyOf({host, port}: Door): string {
  return `${host}:${port}`
}

function serve(descriptor: number, answer: Door['answer']): Server {
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/'
    const {status, type = 'text/plain; charset=utf-8', body, weight} = await answer(path)
    response.writeHead(status, {
      'Content-Type': type,
      'X-Content-Type-Options': 'nosniff',
      ...(weight !== undefined && {'X-Load-Balancing-Endpoint-Weight': String(weight)}),
      'Content-Length': Buffer.byteLength(body),
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  })
  server.maxConnections = mostConnections
  server.on('error', () => undefined) // of the one listening socket; who comes then is refused by the kernel
  server.listen({fd: descriptor})
  return server
}

/** Nobody needs more of them at a time. */
const mostConnections = 100

function close(server: Server): void {
  server.close()
  server.closeAllConnections()
}
