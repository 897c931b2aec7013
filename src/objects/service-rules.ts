import {conditionsSchema} from './condition.ts'
import {protocols, repeated} from './container.ts'
import {dnsLabel, dnsSubdomain, ipAddress, labelValue, portName, qualifiedName} from './format.ts'
import {duplicate, forbidden, invalid, type Mistake, required} from './mistake.ts'
import {boolean, integer, list, listBy, map, oneOf, record, type Schema, string, text} from './schema.ts'
import type {Service, ServicePort} from './service.ts'
import {externalMistakes, isExternal} from './service-external.ts'
import {familyChangeMistakes, familyDefaults, familyMistakes} from './service-families.ts'
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
  return [...externalMistakes(spec), ...familyMistakes(spec), ...portMistakes(spec), ...nodePortMistakes(spec)]
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
  const balanced = spec.type === 'LoadBalancer' && before.type === 'LoadBalancer'
  const {loadBalancerClass = null, healthCheckNodePort} = spec
  const checked = needsHealthCheck(spec) && needsHealthCheck(before)
  return [
    ...familyChangeMistakes(spec, before),
    ...(balanced && loadBalancerClass !== (before.loadBalancerClass ?? null)
      ? [invalid(['spec', 'loadBalancerClass'], loadBalancerClass, 'may not change once set')]
      : []),
    ...(checked && healthCheckNodePort !== before.healthCheckNodePort
      ? [forbidden(['spec', 'healthCheckNodePort'], 'field is immutable')]
      : []),
  ]
}
