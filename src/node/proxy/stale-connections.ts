import type {Flows} from '../../kernel/conntrack/flows.ts'
import type {Ip} from '../../net/ip.ts'
import type {Endpoint, ServicePort} from './service-port.ts'

/**
 * The connections over UDP that the kernel has to forget after a change of Services and endpoints, as kube-proxy has it do: of an endpoint
 * that has gone, those that were led there; of a Service that has gone, or has endpoints now where it had none, all to its addresses, as the
 * kernel may remember that packets were refused or were led nowhere. A connection over TCP ends by itself, and is never touched.
 */
export function staleConnections(before: readonly ServicePort[], after: readonly ServicePort[]): readonly Flows[] {
  const [old, now] = [before, after].map(ports => new Map(ports.filter(isUdp).map(port => [port.name, port])))
  const isChanged = (port: ServicePort) => old?.get(port.name) !== port
  const left = [...(old?.values() ?? [])].filter(port => !now?.has(port.name))
  const changed = [...(now?.values() ?? [])].filter(isChanged)
  return [
    ...left.flatMap(port => entries(port)),
    ...changed.flatMap(port => beginning(old?.get(port.name), port)),
    ...changed.flatMap(port => lost(old?.get(port.name), port)),
  ]
}

function isUdp({protocol}: ServicePort): boolean {
  return protocol === 'udp'
}

function beginning(before: ServicePort | undefined, port: ServicePort): readonly Flows[] {
  if (before?.endpoints.some(serves) || !port.endpoints.some(serves)) return []
  return entries(port)
}

/** Those led to endpoints that are no more, or do not serve any more. */
function lost(before: ServicePort | undefined, port: ServicePort): readonly Flows[] {
  const places = new Set(port.endpoints.filter(serves).map(placeOf))
  const gone = before?.endpoints.filter(endpoint => serves(endpoint) && !places.has(placeOf(endpoint))) ?? []
  return gone.flatMap(({ip}) => entries(port, ip))
}

/** The ways to a Service: by its addresses, whatever the port, and by the node port, whatever the address. */
function entries({clusterIp, externalIps = [], loadBalancerIps = [], nodePort}: ServicePort, nattedTo?: Ip): Flows[] {
  return [
    ...[clusterIp, ...externalIps, ...loadBalancerIps].map(to => flows({to, nattedTo})),
    ...(nodePort === undefined ? [] : [flows({port: nodePort, nattedTo})]),
  ]
}

function flows({to, port, nattedTo}: {to?: Ip; port?: number; nattedTo?: Ip | undefined}): Flows {
  return {protocol: 'udp', ...(to && {to}), ...(port && {port}), ...(nattedTo && {nattedTo})}
}

function serves({ready, lingering}: Endpoint): boolean {
  return ready || lingering === true
}

function placeOf({ip, port}: Endpoint): string {
  return `${ip}:${port}`
}
