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
  return table
    .split('\n')
    .flatMap(line => {
      const [, local, remote] = /^\s*\d+: (\w+:\w{4}) (\w+:\w{4}) /.exec(line) ?? []
      return local !== undefined && remote !== undefined && endOf(local).port === localPort ? [endOf(remote)] : []
    })
    .filter(({port}) => port !== 0)
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
