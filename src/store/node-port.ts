import {invalid, type Mistake} from '../objects/mistake.ts'
import type {Service, ServicePort} from '../objects/service.ts'
import {hasNodePorts, nodePortRange} from '../objects/service-node-ports.ts'
import type {Allocation} from './cluster-ip.ts'
import {RequestError} from './request-error.ts'
import type {View} from './view.ts'

/**
 * Node ports. A service of type NodePort is reached on every node under one port number, which no other service has, whatever
 * its protocol. It is drawn at random from the upper part of the range; the lower part, the static band, is left to those who choose
 * their number themselves, and is drawn from only when the rest is full. Ports of one service that have the same number for
 * TCP and UDP share a node port, too.
 */
export function withNodePorts(service: Service, {view, random}: Allocation): Service {
  const {ports = [], allocateLoadBalancerNodePorts: allocates = true} = service.spec
  if (!hasNodePorts(service.spec) || !allocates || ports.every(({nodePort}) => nodePort)) return service
  const given: ServicePort[] = []
  for (const port of ports) {
    const others = [...ports, ...given].filter(other => other.port === port.port)
    const nodePort =
      port.nodePort ||
      others.find(other => other.nodePort)?.nodePort ||
      freePort(number => isTaken(number, service, view) || isAmong(number, [...ports, ...given]), random)
    given.push({...port, nodePort})
  }
  return {...service, spec: {...service.spec, ports: given}}
}

/** Why a service may not have the node ports that it asks for. */
export function takenNodePorts(service: Service, {view}: Allocation): Mistake[] {
  return (service.spec.ports ?? []).flatMap(({nodePort}, index) =>
    nodePort && isTaken(nodePort, service, view)
      ? [invalid(['spec', 'ports', index, 'nodePort'], nodePort, 'provided port is already allocated')]
      : [],
  )
}

/** How many ports at the beginning of the range are left to those who choose: a 32nd of it, 16 to 128 of them. */
const staticBand = Math.min(Math.max(16, Math.floor((nodePortRange.last - nodePortRange.first + 1) / 32)), 128)

function freePort(taken: (port: number) => boolean, random: () => number): number {
  const {first, last} = nodePortRange
  const port = scan(first + staticBand, last) ?? scan(first, first + staticBand - 1)
  if (port === undefined) throw new RequestError('forbidden', 'failed to allocate a nodePort: range is full')
  return port

  function scan(low: number, high: number): number | undefined {
    const count = high - low + 1
    const start = Math.floor(random() * count)
    for (let step = 0; step < count; step++) {
      const candidate = low + ((start + step) % count)
      if (!taken(candidate)) return candidate
    }
    return undefined
  }
}

function isTaken(nodePort: number, {metadata}: Service, view: View): boolean {
  return view
    .find('servicesByNodePort', `${nodePort}`)
    .some(other => other.metadata.name !== metadata.name || other.metadata.namespace !== metadata.namespace)
}

function isAmong(number: number, ports: readonly ServicePort[]): boolean {
  return ports.some(({nodePort}) => nodePort === number)
}
