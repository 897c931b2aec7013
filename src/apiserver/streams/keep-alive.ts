import type {WebSocket} from 'ws'

/**
 * Writes to a client now and then. Nobody reads from it while the program that it feeds is busy, and so nobody would learn that it has
 * vanished; a write into a dead connection fails.
 */
export function keepAlive(socket: WebSocket): void {
  const timer = setInterval(() => socket.ping(), pingEvery)
  timer.unref()
  socket.once('close', () => clearInterval(timer))
}

const pingEvery = 5_000
