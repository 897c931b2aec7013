import {type IpvsTable, type VirtualServer, virtualServerKey} from '../../../kernel/ipvs/table.ts'
import type {Ip} from '../../../net/ip.ts'
import {endpointSets} from '../endpoint-sets.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {remembered, rememberedBy} from '../remembered.ts'
import type {Endpoint, ServicePort} from '../service-port.ts'
import {nodePortIps} from './addresses.ts'

/**
 * A virtual server for every address and port at which a Service is called: its cluster IP, external IPs, addresses of load balancers, and the node port at
 * each of the node's addresses. One without real servers refuses.
 *
 * With a policy Local and no endpoint here, all endpoints stand in: ip_vs cannot ask where a client is, and pods of this node must be served.
 * (What comes from outside then is answered past this node, and is lost, where nobody masquerades it on its way to another node. flannel does.)
 */
export function virtualServersOf(ports: readonly ServicePort[], context: ProxyContext): IpvsTable {
  const nodeIps = nodePortIps(context)
  const known = knownServers(context)
  const table: Record<string, VirtualServer> = {}
  for (const port of ports) {
    const servers = remembered(known, port, () => serversOf(port, nodeIps, context))
    for (const [key, server] of servers) table[key] = server
  }
  return table
}

type Keyed = readonly [key: string, server: VirtualServer]

/* Those of a port that is the same as before are the very same. */
const knownServers = rememberedBy<WeakMap<ServicePort, readonly Keyed[]>>(() => new WeakMap())

function serversOf(port: ServicePort, nodeIps: readonly Ip[], context: ProxyContext): readonly Keyed[] {
  const {cluster, local} = endpointSets(port, context)
  const here = local.length > 0 ? local : cluster
  const inside = weights(port.internalTrafficPolicy === 'Local' ? here : cluster)
  const outside = weights(port.externalTrafficPolicy === 'Local' ? here : cluster)
  const {clusterIp, externalIps = [], loadBalancerIps = [], nodePort} = port
  const server = (ip: Ip, number: number, servers: VirtualServer['servers']): Keyed => {
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
