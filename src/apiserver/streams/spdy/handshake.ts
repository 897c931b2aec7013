import type {Duplex} from 'node:stream'
import type {Upgrade} from '../../call.ts'
import {listOf} from '../websocket.ts'

/**
 * Becomes a SPDY/3.1 connection with the first of our protocols that the client knows; undefined when there is none, and the client has
 * been told so. Who offers no protocol at all gets 400, who offers strange ones 403: so does a kubelet.
 */
export function acceptSpdy<P extends string>(
  {request, socket, head}: Upgrade,
  protocols: readonly P[],
): {readonly transport: Duplex; readonly protocol: P} | undefined {
  const offered = listOf(request.headers['x-stream-protocol-version'])
  const protocol = protocols.find(one => offered.includes(one))
  if (protocol === undefined) {
    refuse(socket, offered, protocols)
    return undefined
  }
  const lines = ['Connection: Upgrade', 'Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`]
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
  if (head.length > 0) socket.unshift(head)
  return {transport: socket, protocol}
}

function refuse(socket: Duplex, offered: readonly string[], protocols: readonly string[]): void {
  const missing = offered.length === 0
  const status = missing ? '400 Bad Request' : '403 Forbidden'
  const text = missing
    ? 'unable to upgrade: X-Stream-Protocol-Version is required'
    : `unable to upgrade: ${noCommon(offered, protocols)}`
  refuseInWords(
    socket,
    status,
    text,
    missing ? [] : protocols.map(one => `X-Accepted-Stream-Protocol-Versions: ${one}`),
  )
}

/** Answers with a sentence, as a kubelet does, and ends the connection. */
export function refuseInWords(socket: Duplex, status: string, text: string, headers: readonly string[] = []): void {
  const all = [
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text) + 1}`,
    'Connection: close',
  ]
  socket.end(`HTTP/1.1 ${status}\r\n${all.join('\r\n')}\r\n\r\n${text}\n`)
}

/** Why a client and this server cannot talk. */
export function noCommon(offered: readonly string[], protocols: readonly string[]): string {
  return `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${protocols.join(' ')}]`
}
