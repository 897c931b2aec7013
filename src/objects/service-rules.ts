import {conditionsSchema} from './condition.ts'
import {protocols, repeated} from './container.ts'
import {dnsLabel, dnsSubdomain, ipAddress, labelValue, portName, qualifiedName} from './format.ts'
import {duplicate, forbidden, invalid, type Mistake, required} from './mistake.ts'
import {boolean, integer, list, listBy, map, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'
import type {Service, ServicePort} from './service.ts'
import {goServicePort, nodePortMistakes} from './service-node-ports.ts'

const external = unsupported('addresses of services outside the cluster')

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
    type: oneOf('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
    selector: map(text(labelValue), qualifiedName),
    clusterIP: clusterIp,
    clusterIPs: list(clusterIp),
    ports: listBy(['port', 'protocol'], portSchema),
    sessionAffinity: oneOf('None', 'ClientIP'),
    sessionAffinityConfig: record({clientIP: record({timeoutSeconds: integer(1, 86400)})}),
    internalTrafficPolicy: oneOf('Cluster', 'Local'),
    publishNotReadyAddresses: boolean,
    ipFamilies: list(oneOf('IPv4')),
    ipFamilyPolicy: oneOf('SingleStack'),
    externalName: external,
    externalIPs: external,
    externalTrafficPolicy: oneOf('Cluster', 'Local'),
    healthCheckNodePort: external,
    loadBalancerIP: external,
    loadBalancerSourceRanges: external,
    loadBalancerClass: external,
    allocateLoadBalancerNodePorts: external,
    trafficDistribution: unsupported('traffic distribution'),
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
  const sessionAffinity = spec.sessionAffinity ?? 'None'
  return {
    ...service,
    spec: {
      ...spec,
      ...(first && {clusterIP: spec.clusterIP || first, clusterIPs: spec.clusterIPs ?? [first]}),
      ...(spec.ports && {ports: spec.ports.map(portDefaults)}),
      type: spec.type ?? 'ClusterIP',
      sessionAffinity,
      ...(sessionAffinity === 'ClientIP' && {
        sessionAffinityConfig: {
          clientIP: {timeoutSeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800},
        },
      }),
      ...(spec.type === 'NodePort' && {externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster'}),
      internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
      ipFamilies: spec.ipFamilies ?? ['IPv4'],
      ipFamilyPolicy: spec.ipFamilyPolicy ?? 'SingleStack',
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
  return [
    ...typeMistakes(spec),
    ...addressMistakes(spec),
    ...portMistakes(spec),
    ...nodePortMistakes(spec),
    ...affinityMistakes(spec),
  ]
}

function typeMistakes({type}: Service['spec']): Mistake[] {
  if (type === 'ClusterIP' || type === 'NodePort' || type === undefined) return []
  return [forbidden(['spec', 'type'], `podlab does not support services of type ${type}, only ClusterIP and NodePort`)]
}

function addressMistakes({clusterIP, clusterIPs = []}: Service['spec']): Mistake[] {
  const path = ['spec', 'clusterIPs']
  if (clusterIPs.length > 1)
    return [invalid(path, clusterIPs, 'podlab does not support IPv6, so there is one address at most')]
  return clusterIP && clusterIPs[0] !== clusterIP
    ? [invalid(path, clusterIPs, 'first value must match `clusterIP`')]
    : []
}

function portMistakes({ports = [], clusterIP}: Service['spec']): Mistake[] {
  const path = ['spec', 'ports']
  if (ports.length === 0) return clusterIP === 'None' ? [] : [required(path)]
  const names = ports.map(port => port.name)
  const numbers = ports.map(({port, protocol}) => `${port}/${protocol}`)
  return [
    ...(ports.length > 1 ? names.flatMap((name, index) => (name ? [] : [required([...path, index, 'name'])])) : []),
    ...repeated(names).map(index => duplicate([...path, index, 'name'], names[index])),
    ...repeated(numbers).map(index => ({path: [...path, index], message: `Duplicate value: ${goPort(ports[index])}`})),
  ]
}

function affinityMistakes({sessionAffinity, sessionAffinityConfig}: Service['spec']): Mistake[] {
  const path = ['spec', 'sessionAffinityConfig']
  return sessionAffinity !== 'ClientIP' && sessionAffinityConfig
    ? [forbidden(path, 'must not be set when session affinity is None')]
    : []
}

/** The two fields that make a port unique. */
function goPort(port: ServicePort | undefined): string {
  return goServicePort({protocol: port?.protocol, port: port?.port})
}

export function serviceUpdateMistakes({spec}: Service, {spec: before}: Service): Mistake[] {
  const changed = before.clusterIP !== undefined && spec.clusterIP !== before.clusterIP
  return changed ? [invalid(['spec', 'clusterIPs', 0], [spec.clusterIP], 'may not change once set')] : []
}
