import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import type {Protocol} from './container.ts'
import {serviceName} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {printSelector, selectorOfLabels} from './selector.ts'
import {externalColumn, serviceWarnings} from './service-external.ts'
import {serviceDefaults, serviceFields, serviceMistakes, serviceUpdateMistakes} from './service-rules.ts'
import {succeedingService} from './service-update.ts'

/** One address and name for a changing set of pods. */
export type Service = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Service'
  readonly spec: ServiceSpec
  readonly status?: ServiceStatus
}

export type ServiceSpec = {
  readonly type?: ServiceType
  /** Without one, somebody else writes the Endpoints. */
  readonly selector?: Readonly<Record<string, string>>
  /** `None` for a headless service. */
  readonly clusterIP?: string
  readonly clusterIPs?: readonly string[]
  readonly ports?: readonly ServicePort[]
  readonly sessionAffinity?: 'None' | 'ClientIP'
  readonly sessionAffinityConfig?: {readonly clientIP?: {readonly timeoutSeconds?: number}}
  readonly internalTrafficPolicy?: TrafficPolicy
  readonly publishNotReadyAddresses?: boolean
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[]
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  readonly externalName?: string
  readonly externalIPs?: readonly string[]
  readonly externalTrafficPolicy?: TrafficPolicy
  readonly healthCheckNodePort?: number
  readonly loadBalancerIP?: string
  readonly loadBalancerSourceRanges?: readonly string[]
  readonly loadBalancerClass?: string
  readonly allocateLoadBalancerNodePorts?: boolean
  readonly trafficDistribution?: string
}

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'

export type TrafficPolicy = 'Cluster' | 'Local'

export type ServicePort = {
  readonly name?: string
  readonly protocol?: Protocol
  readonly appProtocol?: string
  readonly port: number
  /** A number, or the name of a container's port, which each pod may place elsewhere. */
  readonly targetPort?: number | string
  readonly nodePort?: number
}

export type ServiceStatus = {
  readonly loadBalancer?: {readonly ingress?: readonly LoadBalancerIngress[]}
  readonly conditions?: readonly Condition[]
}

/** Where a load balancer takes packets. With the mode Proxy they come from its own address, and need no rule. */
export type LoadBalancerIngress = {readonly ip?: string; readonly hostname?: string; readonly ipMode?: 'VIP' | 'Proxy'}

export const serviceKind: Kind<Service> = {
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  hasStatus: true,
  categories: ['all'],
  name: serviceName,
  fields: serviceFields,
  required: ['spec'],
  defaults: serviceDefaults,
  validate: serviceMistakes,
  initial: service => ({...service, status: {loadBalancer: {}}}),
  inherit: succeedingService,
  validateUpdate: serviceUpdateMistakes,
  warnings: serviceWarnings,
  selectable: [
    {field: 'spec.clusterIP', value: ({spec}) => spec.clusterIP ?? ''},
    {field: 'spec.type', value: ({spec}) => spec.type ?? ''},
  ],
  columns: [
    {name: 'Name', value: service => service.metadata.name},
    {name: 'Type', value: service => service.spec.type ?? 'ClusterIP'},
    {name: 'Cluster-IP', value: service => service.spec.clusterIP || '<none>'},
    {name: 'External-IP', value: externalColumn},
    {name: 'Port(s)', value: portsOf},
    {name: 'Age', value: ageOf},
    {name: 'Selector', wide: true, value: selectorColumn},
  ],
}

function portsOf({spec}: Service): string {
  const text = ({port, nodePort, protocol = 'TCP'}: ServicePort) =>
    `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`
  return spec.ports?.map(text).join(',') || '<none>'
}

function selectorColumn({spec}: Service): string {
  return printSelector(selectorOfLabels(spec.selector ?? {})) || '<none>'
}
