import {readFileSync} from 'node:fs'
import {isIPv4} from 'node:net'
import type {Lab, Resolver} from '../../lab/lab.ts'
import {parseIp} from '../../net/ip.ts'
import {openUdp} from '../../node/programs/udp-socket.ts'
import {StartError} from '../start-error.ts'

/** A lab's way to DNS servers outside of it: a UDP socket of the host, handed down to the daemon, and whom it may ask by it. */
export type Outside = {readonly descriptor: number; readonly servers: readonly Resolver[]}

/** The host's end of that way, where the lab file asks for one; to be called on the host. Throws StartError when nobody is there to be asked. */
export function openWayOutside({cluster}: Lab): HostSocket | undefined {
  const host = cluster.dns?.host
  if (!host) return undefined
  const servers = host === true ? machineResolvers(readFileSync('/etc/resolv.conf', 'utf8')) : [host]
  if (servers.length === 0)
    throw new StartError(
      "cluster.dns.host: this machine's /etc/resolv.conf names no DNS server with an IPv4 address; name one: host: 192.0.2.53",
      'no-resolver',
    )
  const {socket, sockets} = openUdp(0)
  const [descriptor] = sockets
  if (descriptor === undefined) throw new StartError('cluster.dns.host: no UDP socket could be opened', 'no-resolver')
  return {descriptor, servers, close: () => void socket.close()}
}

export type HostSocket = Outside & {readonly close: () => void}

/** The DNS servers that a resolv.conf names; those with IPv6 addresses are left out. */
export function machineResolvers(text: string): readonly Resolver[] {
  return text.split('\n').flatMap(line => {
    const [first, address = ''] = line.trim().split(/\s+/)
    return first === 'nameserver' && isIPv4(address) ? [{address: parseIp(address), port: 53}] : []
  })
}
