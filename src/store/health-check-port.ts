import type {Service} from '../objects/service.ts'
import {nodePortRange} from '../objects/service-node-ports.ts'
import {needsHealthCheck} from '../objects/service-update.ts'
import type {Allocation} from './cluster-ip.ts'
import {freePort, isTaken} from './node-port.ts'
import {RequestError} from './request-error.ts'

/**
 * The port under which each node tells a balancer whether it has endpoints of a service: it is one of the node ports. A service of type
 * LoadBalancer has one when its external traffic policy is Local.
 */
export function withHealthCheckPort(service: Service, {view, random}: Allocation): Service {
  const {spec} = service
  if (!needsHealthCheck(spec)) return service
  const own = new Set(spec.ports?.map(({nodePort}) => nodePort))
  const taken = (number: number) => own.has(number) || isTaken(number, service, view)
  const wanted = spec.healthCheckNodePort
  if (wanted) {
    const why = refusal(wanted, taken)
    if (why === undefined) return service
    throw new RequestError('internal', `failed to allocate requested HealthCheck NodePort ${wanted}: ${why}`)
  }
  const healthCheckNodePort = freePort(taken, random)
  if (healthCheckNodePort === undefined)
    throw new RequestError('internal', 'failed to allocate a HealthCheck NodePort 0: range is full')
  return {...service, spec: {...spec, healthCheckNodePort}}
}

function refusal(port: number, taken: (port: number) => boolean): string | undefined {
  const {first, last} = nodePortRange
  if (port < first || port > last)
    return `provided port is not in the valid range. The range of valid ports is ${first}-${last}`
  return taken(port) ? 'provided port is already allocated' : undefined
}
