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

/** The addresses of a Service that the node takes for its own: but those that it has anyway. */
export function boundAddresses(
  {clusterIp, externalIps = [], loadBalancerIps = []}: ServicePort,
  {addresses = []}: ProxyContext,
): readonly Ip[] {
  return [clusterIp, ...[...externalIps, ...loadBalancerIps].filter(ip => !addresses.includes(ip))]
}
