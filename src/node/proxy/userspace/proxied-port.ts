import {type Ip, parseIp} from '../../../net/ip.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import type {ServicePort} from '../service-port.ts'

/** One port of a Service as the proxy serves it: where connections go, and which of the node's ports it keeps others from. */
export type ProxiedPort = {
  /** Of the service port: `default/kubia:http`. */
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  /** `172.17.12.2:8080`; sorted. */
  readonly endpoints: readonly string[]
  readonly affinitySeconds?: number
  readonly claims: readonly Claim[]
}

/** An address and port of the node that a socket holds, so that no other program can take what the rules would take from it. */
export type Claim = {readonly ip: Ip; readonly port: number}

/** What the proxy has opened. */
export type ProxySockets = {
  /** The proxy port of each service port, by its name. */
  readonly ports: ReadonlyMap<string, number>
  /** What could not be opened, and why: claims (by `claimKey`) that somebody else holds already, and proxy ports (by `proxyPortKey`). */
  readonly refused: ReadonlyMap<string, string>
}

/**
 * What the proxy of a node serves. It knows ready endpoints and no others: traffic policies, topology and pods that are going away came
 * after its time. It does not speak SCTP.
 */
export function proxiedPorts(ports: readonly ServicePort[], context: ProxyContext): readonly ProxiedPort[] {
  return ports.flatMap(port => {
    const {name, protocol, affinitySeconds} = port
    if (protocol === 'sctp') return []
    const endpoints = port.endpoints.filter(({ready}) => ready).map(endpoint => `${endpoint.ip}:${endpoint.port}`)
    return [
      {
        ...{name, protocol, endpoints},
        ...(affinitySeconds !== undefined && {affinitySeconds}),
        claims: claimsOf(port, context),
      },
    ]
  })
}

export function nodePortClaim(port: number): Claim {
  return {ip: anyAddress, port}
}

const anyAddress = parseIp('0.0.0.0')

/** `tcp 0.0.0.0:30080`. */
export function claimKey(protocol: string, {ip, port}: Claim): string {
  return `${protocol} ${ip}:${port}`
}

/** `proxy port of default/kubia:http`. */
export function proxyPortKey(name: string): string {
  return `proxy port of ${name}`
}

function claimsOf(port: ServicePort, {addresses = []}: ProxyContext): readonly Claim[] {
  const {clusterIp, externalIps = [], loadBalancerIps = [], nodePort} = port
  const own = [clusterIp, ...externalIps, ...loadBalancerIps].filter(ip => addresses.includes(ip))
  return [...own.map(ip => ({ip, port: port.port})), ...(nodePort === undefined ? [] : [nodePortClaim(nodePort)])]
}
