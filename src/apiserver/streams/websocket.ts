import type {WebSocket} from 'ws'
import type {Upgrade} from '../call.ts'

/**
 * Becomes a WebSocket with the subprotocol that has been chosen. `ws` knows only subprotocols that are tokens of HTTP; that of port-forward
 * has a slash in it. So `ws` is not told of them, and the answer's header is added here. A bad handshake is answered by `ws`.
 */
export async function acceptWebSocket({request, socket, head}: Upgrade, protocol: string): Promise<WebSocket> {
  const {WebSocketServer} = await import('ws')
  const server = new WebSocketServer({
    ...{noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: longestMessage},
  })
  server.on('headers', (lines: string[]) => lines.push(`Sec-WebSocket-Protocol: ${protocol}`))
  const {'sec-websocket-protocol': _, ...headers} = request.headers
  Object.defineProperty(request, 'headers', {value: headers})
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the client left before the WebSocket stood')))
    server.handleUpgrade(request, socket, head, resolve)
  })
}

const longestMessage = 2 ** 25

/** The subprotocols that a client offers, the best first. */
export function offeredProtocols({headers}: Upgrade['request']): readonly string[] {
  return listOf(headers['sec-websocket-protocol'])
}

/** A header that is a list, of one line or several. */
export function listOf(header: string | readonly string[] | undefined): readonly string[] {
  return [header ?? []].flat().flatMap(line =>
    line
      .split(',')
      .map(word => word.trim())
      .filter(Boolean),
  )
}

/** Whether a request wants to become that, as its headers say. */
export function wants({headers}: Upgrade['request'], what: 'websocket' | 'spdy/3.1'): boolean {
  const upgrading = listOf(headers.connection).some(word => word.toLowerCase() === 'upgrade')
  return upgrading && listOf(headers.upgrade).some(word => word.toLowerCase() === what)
}
