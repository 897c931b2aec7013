import type {Lab} from '../../lab/lab.ts'
import type {Ip} from '../../net/ip.ts'
import {routerAddress} from '../underlay.ts'

/*
 * Names outside the cluster. The machines' router is their DNS server too, as in many a small network: it knows the hosts of the lab's
 * internet and what the lab file says under `upstream`, and says of all else that there is no such name. No query leaves the lab.
 */

/** Where the machines of a lab ask for names; undefined in a lab without DNS. */
export function upstreamAddress({cluster, nodes, clients}: Lab): Ip | undefined {
  return cluster.dns && routerAddress(cluster.underlay, [...nodes, ...clients])
}

/** /etc/resolv.conf of a node or of a client outside the cluster. */
export function machineResolvConf(server: Ip): string {
  return `nameserver ${server}\n`
}

/** What that server goes by. */
export function upstreamCorefile({cluster, internet}: Lab): string {
  const named = internet.flatMap(({name, address}) => (name === undefined ? [] : [{name, address}]))
  const written = Object.entries(cluster.dns?.upstream ?? {}).flatMap(([name, addresses]) =>
    addresses.map(address => ({name, address})),
  )
  const lines = [...named, ...written].map(({name, address}) => `        ${address} ${name}\n`)
  return `.:53 {
    errors
    hosts {
${lines.join('')}        ttl 60
    }
}
`
}
