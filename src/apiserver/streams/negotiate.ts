import type {Duplex} from 'node:stream'
import type {WebSocket} from 'ws'
import type {Upgrade} from '../call.ts'
import {ApiError} from '../status.ts'
import {acceptSpdy, noCommon} from './spdy/handshake.ts'
import {acceptWebSocket, offeredProtocols, wants} from './websocket.ts'

/** What a connection has become, and the protocol that both speak on it. */
export type Negotiated<W extends string, S extends string> =
  | {readonly kind: 'websocket'; readonly socket: WebSocket; readonly protocol: W}
  | {readonly kind: 'spdy'; readonly transport: Duplex; readonly protocol: S}

/** Makes of a connection what its client asks for; undefined when it has been refused already. Throws ApiError on a bad request. */
export async function negotiate<W extends string, S extends string>(
  connection: Upgrade,
  {websocket, spdy}: {readonly websocket: readonly W[]; readonly spdy: readonly S[]},
): Promise<Negotiated<W, S> | undefined> {
  const {request} = connection
  if (wants(request, 'spdy/3.1')) {
    const accepted = acceptSpdy(connection, spdy)
    return accepted && {kind: 'spdy', ...accepted}
  }
  if (!wants(request, 'websocket')) throw new ApiError('BadRequest', 'Upgrade request required')
  const offered = offeredProtocols(request)
  const protocol = websocket.find(one => offered.includes(one))
  if (protocol === undefined) throw new ApiError('BadRequest', `unable to upgrade: ${noCommon(offered, websocket)}`)
  return {kind: 'websocket', protocol, socket: await acceptWebSocket(connection, protocol)}
}
