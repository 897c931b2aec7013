import type {IncomingMessage} from 'node:http'
import type {Duplex} from 'node:stream'

/** A connection that is to become something else than HTTP: WebSocket, SPDY. Whoever gets it answers on it and ends it. */
export type Upgrade = {readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer}
