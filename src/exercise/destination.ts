import {isIP} from 'node:net'
import type {Call} from '../cluster/dial.ts'
import {withSampleAddresses} from './places.ts'

/** Where a check's packets go. */
export type Destination =
  | {readonly kind: 'http'; readonly url: string}
  | {readonly kind: 'tcp'; readonly host: string; readonly port: string}
  | {readonly kind: 'ping'; readonly host: string}

/** The text is no address that a check can try. */
export class DestinationError extends Error {
  override readonly name = 'DestinationError'
}

/**
 * Reads `http://10.98.237.175/path`, `10.98.237.175:80` or `tcp://10.98.237.175:80` (does a connection open?) and
 * `ping://10.0.20.4`. Throws DestinationError.
 */
export function parseDestination(text: string): Destination {
  if (/^https?:\/\/[\w.-]+(:\d+)?([/?]|$)/.test(text) && URL.canParse(text)) return {kind: 'http', url: text}
  const ping = /^ping:\/\/([\w.-]+)$/.exec(text)
  if (ping?.[1] !== undefined) return {kind: 'ping', host: ping[1]}
  const [, host, port] = /^(?:tcp:\/\/)?([\w.-]+):(\d+)$/.exec(text) ?? []
  if (host !== undefined && port !== undefined && Number(port) > 0 && Number(port) < 65536)
    return {kind: 'tcp', host, port}
  throw new DestinationError(
    `"${text}" is no destination; expected http://HOST:PORT/PATH, HOST:PORT or ping://HOST; HOST may be {pod/NAME}, {service/NAME} or {node/NAME}`,
  )
}

/** Reads a destination whose host may still be `{pod/web}`; throws what `parseDestination` throws. */
export function checkDestination(text: string): void {
  try {
    parseDestination(withSampleAddresses(text))
  } catch (error) {
    if (error instanceof DestinationError)
      throw new DestinationError(error.message.replace(withSampleAddresses(text), text))
    throw error
  }
}

/** Commands that try it, best first: each succeeds when the destination is reached, and prints the answer if there is one. */
export function commandsFor(destination: Destination): readonly (readonly string[])[] {
  switch (destination.kind) {
    case 'http':
      // A connection of its own for every request: a kept one would always reach the same pod.
      return [
        ['curl', '-sS', '--max-time', '2', '-H', 'Connection: close', destination.url],
        ['wget', '-q', '-T', '2', '-O', '-', destination.url],
      ]
    case 'tcp':
      // busybox' nc runs the program once the connection is open.
      return [['busybox', 'nc', '-w', '2', destination.host, destination.port, '-e', 'true']]
    case 'ping':
      return [['ping', '-c', '1', '-W', '2', destination.host]]
  }
}

/** The call that tries a destination from inside a network. Its host must be an address; throws DestinationError for a name. */
export function callOf(text: string): Call {
  const destination = parseDestination(text)
  switch (destination.kind) {
    case 'ping':
      return {kind: 'ping', host: numbered(destination.host, text)}
    case 'tcp':
      return {kind: 'tcp', host: numbered(destination.host, text), port: Number(destination.port)}
    case 'http': {
      const {protocol, hostname, port, pathname, search} = new URL(destination.url)
      if (protocol !== 'http:')
        throw new DestinationError(`"${text}" is not plain http, which is all that is spoken here`)
      return {kind: 'http', host: numbered(hostname, text), port: Number(port || 80), path: `${pathname}${search}`}
    }
  }
}

/** As `checkDestination`, for what is called by address. */
export function checkCall(text: string): void {
  checkDestination(text)
  callOf(withSampleAddresses(text))
}

/** As `checkCall`, for what opens a connection. */
export function checkPort(text: string): void {
  checkCall(text)
  if (text.startsWith('ping:')) throw new DestinationError(`"${text}" has no port; expected HOST:PORT`)
}

function numbered(host: string, text: string): string {
  if (isIP(host) === 4) return host
  throw new DestinationError(
    `"${text}" needs DNS; expected an address, {pod/NAME}, {service/NAME} or {node/NAME} instead of ${host}`,
  )
}
