import {contains, parseCidr} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import type {ServicePort} from '../service-port.ts'

const loopback = parseCidr('127.0.0.0/8')

/** The node's addresses at which node ports answer. ip_vs balances no packet that is for loopback. */
export function nodePortIps({addresses = [], nodePortAddresses = []}: ProxyContext): readonly Ip[] {
  return addresses
    .filter(ip => !contains(loopback, ip))
    .filter(ip => nodePortAddresses.length === 0 || nodePortAddresses.some(net => contains(net, ip)))
}

/** The addresses of Services that the node takes for its own, each once and sorted: but those that it has anyway. */
export function boundAddresses(ports: readonly ServicePort[], {addresses = []}: ProxyContext): readonly Ip[] {
  const own = new Set(addresses)
  const all = ports.flatMap(({clusterIp, externalIps = [], loadBalancerIps = []}) => [
    clusterIp,
    ...[...externalIps, ...loadBalancerIps].filter(ip => !own.has(ip)),
  ])
  return [...new Set(all)].toSorted()
}
