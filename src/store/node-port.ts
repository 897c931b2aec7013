import {invalid, type Mistake} from '../objects/mistake.ts'
import type {Service, ServicePort} from '../objects/service.ts'
import {hasNodePorts, nodePortRange} from '../objects/service-node-ports.ts'
import type {Allocation} from './cluster-ip.ts'
import {RequestError} from './request-error.ts'
import type {View} from './view.ts'

/**
 * Node ports. A service of type NodePort is reached on every node under one port number, which no other service has, whatever
 * its protocol. It is drawn at random from the upper part of the range; the lower part, the static band, is left to those who choose
 * their number themselves, and is drawn from only when the rest is full. Ports of a new service that have the same number for
 * TCP and UDP share a node port, too.
 */
export function newNodePorts(service: Service, allocation: Allocation): Service {
  return withNodePorts(service, allocation, {sharing: true})
}

/** The same for a service that changes: each port that has none is given one of its own. */
export function moreNodePorts(service: Service, allocation: Allocation): Service {
  return withNodePorts(service, allocation, {sharing: false})
}

function withNodePorts(service: Service, {view, random}: Allocation, {sharing}: {readonly sharing: boolean}): Service {
  const {ports = [], allocateLoadBalancerNodePorts: allocates = true} = service.spec
  if (!hasNodePorts(service.spec) || !allocates || ports.every(({nodePort}) => nodePort)) return service
  const given: ServicePort[] = []
  const byPort = new Map<number, number>()
  for (const {port, nodePort} of ports.toReversed()) if (nodePort) byPort.set(port, nodePort)
  const own = new Set([...ports.map(({nodePort}) => nodePort), service.spec.healthCheckNodePort])
  for (const port of ports) {
    const nodePort =
      port.nodePort ||
      (sharing && byPort.get(port.port)) ||
      freePort(number => own.has(number) || isTaken(number, service, view), random)
    if (nodePort === undefined) throw new RequestError('internal', 'failed to allocate a nodePort: range is full')
    if (!byPort.has(port.port)) byPort.set(port.port, nodePort)
    own.add(nodePort)
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

/** A port of the range that is not taken, at random; undefined when all are. */
export function freePort(taken: (port: number) => boolean, random: () => number): number | undefined {
  const {first, last} = nodePortRange
  return scan(first + staticBand, last) ?? scan(first, first + staticBand - 1)

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

/** Whether another service has the port, for its packets or for its health check. */
export function isTaken(nodePort: number, {metadata}: Service, view: View): boolean {
  return view
    .find('servicesByNodePort', `${nodePort}`)
    .some(other => other.metadata.name !== metadata.name || other.metadata.namespace !== metadata.namespace)
}
