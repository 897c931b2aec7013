import type {IpvsPart} from '../../../kernel/ipvs/parts.ts'
import {type VirtualServer, virtualServerKey} from '../../../kernel/ipvs/table.ts'
import type {Ip} from '../../../net/ip.ts'
import {endpointSets} from '../endpoint-sets.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {remembered, rememberedBy} from '../remembered.ts'
import type {Endpoint, ServicePort} from '../service-port.ts'
import {nodePortIps} from './addresses.ts'

/**
 * The virtual servers of a port: one for every address and port at which the Service is called, its cluster IP, external IPs, addresses of load balancers, and
 * the node port at each of the node's addresses. One without real servers refuses.
 *
 * With a policy Local and no endpoint here, all endpoints stand in: ip_vs cannot ask where a client is, and pods of this node must be served.
 * (What comes from outside then is answered past this node, and is lost, where nobody masquerades it on its way to another node. flannel does.)
 */
export function virtualServersBy(context: ProxyContext): (port: ServicePort) => IpvsPart {
  const known = knownServers(context)
  const nodeIps = nodePortIps(context)
  return port => remembered(known, port, () => serversOf(port, nodeIps, context))
}

/* Those of a port that is the same as before are the very same. */
const knownServers = rememberedBy<WeakMap<ServicePort, IpvsPart>>(() => new WeakMap())

function serversOf(port: ServicePort, nodeIps: readonly Ip[], context: ProxyContext): IpvsPart {
  const {cluster, local} = endpointSets(port, context)
  const here = local.length > 0 ? local : cluster
  const inside = weights(port.internalTrafficPolicy === 'Local' ? here : cluster)
  const outside = weights(port.externalTrafficPolicy === 'Local' ? here : cluster)
  const {clusterIp, externalIps = [], loadBalancerIps = [], nodePort} = port
  const server = (ip: Ip, number: number, servers: VirtualServer['servers']): IpvsPart[number] => {
    const place = {protocol: port.protocol, ip, port: number}
    return [virtualServerKey(place), {...place, ...settingsOf(port, context), service: port.name, servers}]
  }
  return [
    server(clusterIp, port.port, inside),
    ...[...externalIps, ...loadBalancerIps].map(ip => server(ip, port.port, outside)),
    ...(nodePort === undefined ? [] : nodeIps.map(ip => server(ip, nodePort, outside))),
  ]
}

function weights(endpoints: readonly Endpoint[]): VirtualServer['servers'] {
  return Object.fromEntries(endpoints.map(({ip, port}) => [`${ip}:${port}`, 1]))
}

/* The hash of mh is to know clients by their ports, too. */
function settingsOf(
  {affinitySeconds}: ServicePort,
  {scheduler = 'rr'}: ProxyContext,
): Pick<VirtualServer, 'scheduler' | 'persistSeconds' | 'flags'> {
  return {
    scheduler,
    ...(affinitySeconds !== undefined && {persistSeconds: affinitySeconds}),
    ...(scheduler === 'mh' && {flags: 'mh-port'}),
  }
}
