import {conditionsSchema} from './condition.ts'
import {protocols, repeated} from './container.ts'
import {dnsLabel, dnsSubdomain, ipAddress, labelValue, portName, qualifiedName} from './format.ts'
import {duplicate, forbidden, invalid, type Mistake, required} from './mistake.ts'
import {boolean, integer, list, listBy, map, oneOf, record, type Schema, string, text} from './schema.ts'
import type {Service, ServicePort} from './service.ts'
import {externalMistakes, isExternal} from './service-external.ts'
import {goServicePort, nodePortMistakes} from './service-node-ports.ts'
import {needsHealthCheck} from './service-update.ts'

const portSchema = record(
  {
    name: text(dnsLabel),
    protocol: protocols,
    appProtocol: text(qualifiedName),
    port: integer(1, 65535),
    targetPort: {type: 'integerOrString', integer: integer(1, 65535), string: text(portName)},
    nodePort: integer(0, 65535),
  },
  ['port'],
)

/** The address, or `None` for a service without one, or empty for "give me one". */
const clusterIp = text(value => (value === 'None' || value === '' ? undefined : ipAddress(value)))

export const serviceFields: Readonly<Record<string, Schema>> = {
  spec: record({
    type: oneOf('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'),
    selector: map(text(labelValue), qualifiedName),
    clusterIP: clusterIp,
    clusterIPs: list(clusterIp),
    ports: listBy(['port', 'protocol'], portSchema),
    sessionAffinity: oneOf('ClientIP', 'None'),
    sessionAffinityConfig: record({
      clientIP: record({timeoutSeconds: integer(1, 86400, 'must be greater than 0 and less than 86400')}),
    }),
    internalTrafficPolicy: oneOf('Cluster', 'Local'),
    publishNotReadyAddresses: boolean,
    ipFamilies: list(oneOf('IPv4', 'IPv6')),
    ipFamilyPolicy: oneOf('SingleStack', 'PreferDualStack', 'RequireDualStack'),
    externalName: string,
    externalIPs: list(string),
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    healthCheckNodePort: integer(0, 65535),
    loadBalancerIP: string,
    loadBalancerSourceRanges: list(string),
    loadBalancerClass: text(qualifiedName),
    allocateLoadBalancerNodePorts: boolean,
    trafficDistribution: oneOf('PreferClose'),
  }),
  status: record({
    loadBalancer: record({
      ingress: list(
        record({
          ip: text(ipAddress),
          hostname: text(dnsSubdomain),
          ipMode: oneOf('VIP', 'Proxy'),
          ports: list(record({port: integer(1, 65535), protocol: protocols, error: string}, ['port', 'protocol'])),
        }),
      ),
    }),
    conditions: conditionsSchema,
  }),
}

export function serviceDefaults(service: Service): Service {
  const {spec} = service
  const [first = spec.clusterIP] = spec.clusterIPs ?? []
  const {sessionAffinityConfig, ...rest} = spec
  const {sessionAffinity = 'None', type = 'ClusterIP'} = spec
  return {
    ...service,
    spec: {
      ...rest,
      ...(first && {clusterIP: spec.clusterIP || first, clusterIPs: spec.clusterIPs ?? [first]}),
      ...(spec.ports && {ports: spec.ports.map(portDefaults)}),
      type,
      sessionAffinity,
      ...(sessionAffinity === 'ClientIP' && {
        sessionAffinityConfig: {
          clientIP: {timeoutSeconds: sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800},
        },
      }),
      ...(isExternal({...spec, type}) && {externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster'}),
      ...(type === 'LoadBalancer' && {allocateLoadBalancerNodePorts: spec.allocateLoadBalancerNodePorts ?? true}),
      // A service that is only another name for something outside has no addresses of its own.
      ...(type !== 'ExternalName' && {
        internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
        ...familyDefaults(spec),
      }),
    },
  }
}

/* Who writes the endpoints of a headless service himself may write such of either family, whatever the cluster has. */
function familyDefaults(spec: Service['spec']): Pick<Service['spec'], 'ipFamilies' | 'ipFamilyPolicy'> {
  const {ipFamilies = ['IPv4'], ipFamilyPolicy = isFree(spec) ? 'RequireDualStack' : 'SingleStack'} = spec
  if (!isFree(spec) || ipFamilyPolicy === 'SingleStack' || ipFamilies.length !== 1) return {ipFamilies, ipFamilyPolicy}
  return {ipFamilies: ipFamilies[0] === 'IPv4' ? ['IPv4', 'IPv6'] : ['IPv6', 'IPv4'], ipFamilyPolicy}
}

function isFree({clusterIP, clusterIPs = [], selector = {}}: Service['spec']): boolean {
  return (clusterIP || clusterIPs[0]) === 'None' && Object.keys(selector).length === 0
}

/** A node port of 0 asks for one, as none does. */
function portDefaults({nodePort, ...port}: ServicePort): ServicePort {
  return {
    ...port,
    ...(nodePort && {nodePort}),
    protocol: port.protocol ?? 'TCP',
    targetPort: port.targetPort ?? port.port,
  }
}

export function serviceMistakes({spec}: Service): Mistake[] {
  return [
    ...externalMistakes(spec),
    ...familyMistakes(spec),
    ...addressMistakes(spec),
    ...portMistakes(spec),
    ...nodePortMistakes(spec),
  ]
}

/* A lab's pods have IPv4 addresses only, as those of a cluster that is not set up for both. */
function familyMistakes(spec: Service['spec']): Mistake[] {
  const {ipFamilies = [], ipFamilyPolicy} = spec
  const policy = ['spec', 'ipFamilyPolicy']
  if (isFree(spec)) return []
  return [
    ...ipFamilies.flatMap((family, index) =>
      family === 'IPv4' ? [] : [invalid(['spec', 'ipFamilies', index], family, 'not configured on this cluster')],
    ),
    ...(ipFamilyPolicy === 'RequireDualStack'
      ? [invalid(policy, ipFamilyPolicy, 'this cluster is not configured for dual-stack services')]
      : []),
  ]
}

function addressMistakes({clusterIP, clusterIPs = []}: Service['spec']): Mistake[] {
  const path = ['spec', 'clusterIPs']
  if (clusterIPs.length > 1)
    return [invalid(path, clusterIPs, 'podlab does not support IPv6, so there is one address at most')]
  return clusterIP && clusterIPs[0] !== clusterIP
    ? [invalid(path, clusterIPs, 'first value must match `clusterIP`')]
    : []
}

function portMistakes({ports = [], clusterIP, type}: Service['spec']): Mistake[] {
  const path = ['spec', 'ports']
  if (ports.length === 0) return clusterIP === 'None' || type === 'ExternalName' ? [] : [required(path)]
  const names = ports.map(port => port.name)
  const numbers = ports.map(({port, protocol}) => `${port}/${protocol}`)
  return [
    ...(ports.length > 1 ? names.flatMap((name, index) => (name ? [] : [required([...path, index, 'name'])])) : []),
    ...repeated(names).map(index => duplicate([...path, index, 'name'], names[index])),
    ...repeated(numbers).map(index => ({path: [...path, index], message: `Duplicate value: ${goPort(ports[index])}`})),
  ]
}

/** The two fields that make a port unique. */
function goPort(port: ServicePort | undefined): string {
  return goServicePort({protocol: port?.protocol, port: port?.port})
}

export function serviceUpdateMistakes({spec}: Service, {spec: before}: Service): Mistake[] {
  const fixed = spec.type !== 'ExternalName' && before.type !== 'ExternalName'
  const changed = fixed && before.clusterIP !== undefined && spec.clusterIP !== before.clusterIP
  const balanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer'
  const {loadBalancerClass = null, healthCheckNodePort} = spec
  const checked = needsHealthCheck(spec) && needsHealthCheck(before)
  return [
    ...(changed ? [invalid(['spec', 'clusterIPs', 0], [spec.clusterIP], 'may not change once set')] : []),
    ...(balanced && loadBalancerClass !== (before.loadBalancerClass ?? null)
      ? [invalid(['spec', 'loadBalancerClass'], loadBalancerClass, 'may not change once set')]
      : []),
    ...(checked && healthCheckNodePort !== before.healthCheckNodePort
      ? [forbidden(['spec', 'healthCheckNodePort'], 'field is immutable')]
      : []),
  ]
}
