import type {Lab, Resolver} from '../../lab/lab.ts'
import type {Ip} from '../../net/ip.ts'
import {routerAddress} from '../underlay.ts'

/*
 * Names outside the cluster. The machines' router is their DNS server too, as in many a small network: it knows the hosts of the lab's
 * internet and what the lab file says under `upstream`, and says of all else that there is no such name. No query leaves the lab, unless the
 * lab file asks for that (`host`).
 */

/** Where the machines of a lab ask for names; undefined in a lab without DNS. */
export function upstreamAddress({cluster, nodes, clients}: Lab): Ip | undefined {
  return cluster.dns && routerAddress(cluster.underlay, [...nodes, ...clients])
}

/** /etc/resolv.conf of a node or of a client outside the cluster. */
export function machineResolvConf(server: Ip): string {
  return `nameserver ${server}\n`
}

/** What that server goes by; what it does not know it asks `outside`. */
export function upstreamCorefile({cluster, internet}: Lab, outside: readonly Resolver[] = []): string {
  const named = internet.flatMap(({name, address}) => (name === undefined ? [] : [{name, address}]))
  const written = Object.entries(cluster.dns?.upstream ?? {}).flatMap(([name, addresses]) =>
    addresses.map(address => ({name, address})),
  )
  const lines = [...named, ...written].map(({name, address}) => `        ${address} ${name}\n`)
  const others = outside.map(({address, port}) => `${address}:${port}`).join(' ')
  const forward = outside.length > 0 ? `    forward . ${others} {\n        prefer_udp\n    }\n    cache 30\n` : ''
  return `.:53 {
    errors
    hosts {
${lines.join('')}        ttl 60
${outside.length > 0 ? '        fallthrough\n' : ''}    }
${forward}}
`
}
