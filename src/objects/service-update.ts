import {equal} from './equal.ts'
import type {Service, ServicePort, ServiceSpec} from './service.ts'
import {isExternal} from './service-external.ts'
import {releasedFamilies} from './service-families.ts'
import {hasNodePorts} from './service-node-ports.ts'

/**
 * A service that takes another's place, as the API server understands it before it looks at it: what the cluster had given and the
 * client leaves out stays, and what only the former type needed, and nobody has changed, goes with that type.
 */
export function succeedingService(service: Service, before: Service): Service {
  const given = releasedFamilies(matched(withGiven(service.spec, before.spec), before.spec), before.spec)
  const spec = withoutFormerType(given, before.spec)
  const {status} = service
  const balanced = spec.type === 'LoadBalancer' || !status?.loadBalancer?.ingress
  return {...service, spec, ...(status && {status: balanced ? status : {...status, loadBalancer: {}}})}
}

/** Whether a balancer asks the nodes which of them have endpoints of the service, at a port of its own. */
export function needsHealthCheck({type, externalTrafficPolicy}: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local'
}

function hasAddress({type}: ServiceSpec): boolean {
  return type !== 'ExternalName'
}

/* Addresses, ports and families that the cluster has given and that the client need not know. */
function withGiven(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const keepsAddress = hasAddress(before) && hasAddress(spec)
  const keepsPorts = hasNodePorts(before) && hasNodePorts(spec)
  const checked = needsHealthCheck(before) && needsHealthCheck(spec)
  const {ipFamilyPolicy = before.ipFamilyPolicy, ipFamilies = before.ipFamilies} = spec
  return {
    ...spec,
    ...(keepsAddress && {
      ...given('clusterIP', spec.clusterIP || before.clusterIP),
      ...given('clusterIPs', spec.clusterIPs?.length ? spec.clusterIPs : before.clusterIPs),
      ...given('ipFamilyPolicy', ipFamilyPolicy),
      ...given('ipFamilies', ipFamilies),
    }),
    ...(keepsPorts && given('ports', spec.ports && withGivenPorts(spec.ports, before.ports ?? []))),
    ...(checked && given('healthCheckNodePort', spec.healthCheckNodePort || before.healthCheckNodePort)),
  }
}

function given<K extends keyof ServiceSpec>(field: K, value: ServiceSpec[K]): Partial<ServiceSpec> {
  return value === undefined ? {} : {[field]: value}
}

/* By the names of the ports; a number that another port has now is not given back. */
function withGivenPorts(ports: readonly ServicePort[], before: readonly ServicePort[]): readonly ServicePort[] {
  const former = new Map(before.map(({name = '', nodePort}) => [name, nodePort]))
  const used = new Set(ports.map(({nodePort}) => nodePort))
  return ports.map(({nodePort, ...port}) => {
    const old = former.get(port.name ?? '')
    const number = nodePort || (used.has(old) ? undefined : old)
    return {...port, ...(number && {nodePort: number})}
  })
}

/* `clusterIP` is the first of `clusterIPs`; who changes only the one means both. */
function matched(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const {clusterIP, clusterIPs, ...rest} = spec
  if (!clusterIP || clusterIP === before.clusterIP || !equal(clusterIPs, before.clusterIPs)) return spec
  return {...rest, clusterIP, clusterIPs: [clusterIP]}
}

/* Of two types: what goes from the spec where the client left it as it was. */
function withoutFormerType(spec: ServiceSpec, before: ServiceSpec): ServiceSpec {
  const gone = new Set<keyof ServiceSpec>()
  const dropUnchanged = (...fields: readonly (keyof ServiceSpec)[]) => {
    for (const field of fields) if (equal(spec[field], before[field])) gone.add(field)
  }
  if (hasAddress(before) && !hasAddress(spec)) {
    const same = equal(spec.clusterIP, before.clusterIP) && equal(spec.clusterIPs, before.clusterIPs)
    if (same) dropUnchanged('clusterIP', 'clusterIPs')
    dropUnchanged('ipFamilies', 'ipFamilyPolicy')
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec)) dropUnchanged('healthCheckNodePort')
  if (before.type === 'LoadBalancer' && spec.type !== 'LoadBalancer')
    dropUnchanged('allocateLoadBalancerNodePorts', 'loadBalancerClass')
  if (isExternal(before) && !isExternal(spec)) dropUnchanged('externalTrafficPolicy')
  const kept = Object.entries(spec).filter(([field]) => !gone.has(field as keyof ServiceSpec))
  return {...(Object.fromEntries(kept) as ServiceSpec), ...given('ports', withoutFormerPorts(spec, before))}
}

/* A client that adds a number of its own to a service that has none is told so. */
function withoutFormerPorts(spec: ServiceSpec, before: ServiceSpec): readonly ServicePort[] | undefined {
  if (!spec.ports || !hasNodePorts(before) || hasNodePorts(spec)) return spec.ports
  const former = new Set(before.ports?.map(({nodePort}) => nodePort))
  if (spec.ports.some(({nodePort}) => nodePort && !former.has(nodePort))) return spec.ports
  return spec.ports.map(({nodePort: _, ...port}) => port)
}
