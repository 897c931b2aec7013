/**
 * Who is at the other end of a TCP connection, as the server's own kernel sees it: /proc/net/tcp lists the connections of a
 * network namespace, those that have just ended (TIME_WAIT) too. A server that listens on `::` has its IPv4 connections in
 * /proc/net/tcp6, as ::ffff:a.b.c.d.
 */

/** The other end of a connection to a local port. */
export type Peer = {readonly address: string; readonly port: number}

/** The files that list the connections. */
export const connectionFiles = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/** The peers of a local port in the text of `connectionFiles`, read together. */
export function peersOf(table: string, localPort: number): readonly Peer[] {
  return socketsIn(table)
    .filter(({local, remote}) => local.port === localPort && remote.port !== 0)
    .map(({remote}) => remote)
}

/** The ports on which something listens for others, in the text of `connectionFiles`; the smallest first. */
export function listeningPorts(table: string): readonly number[] {
  const listening = socketsIn(table).filter(({local, state}) => state === listen && !local.address.startsWith('127.'))
  return [...new Set(listening.map(({local}) => local.port))].sort((a, b) => a - b)
}

/** TCP_LISTEN */
const listen = '0A'

type Socket = {readonly local: Peer; readonly remote: Peer; readonly state: string}

function socketsIn(table: string): readonly Socket[] {
  return table.split('\n').flatMap(line => {
    const [, local, remote, state] = /^\s*\d+: (\w+:\w{4}) (\w+:\w{4}) (\w\w) /.exec(line) ?? []
    if (local === undefined || remote === undefined || state === undefined) return []
    return [{local: endOf(local), remote: endOf(remote), state}]
  })
}

/** `0B0C11AC:1F90` is 172.17.12.11:8080: the address as the machine's own number, backwards on little-endian ones. */
function endOf(text: string): Peer {
  const [address = '', port = ''] = text.split(':')
  const bytes = address.slice(-8).match(/../g) ?? []
  return {
    address: bytes
      .map(byte => Number.parseInt(byte, 16))
      .reverse()
      .join('.'),
    port: Number.parseInt(port, 16),
  }
}
