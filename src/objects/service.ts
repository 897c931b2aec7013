import type {Condition} from './condition.ts'
import type {Protocol} from './container.ts'
import type {KubeObject} from './kube-object.ts'

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
  readonly ipFamilies?: readonly 'IPv4'[]
  readonly ipFamilyPolicy?: 'SingleStack'
  readonly externalName?: string
  readonly externalIPs?: readonly string[]
  readonly externalTrafficPolicy?: TrafficPolicy
  readonly healthCheckNodePort?: number
  readonly loadBalancerIP?: string
  readonly loadBalancerSourceRanges?: readonly string[]
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
  readonly loadBalancer?: {readonly ingress?: readonly {readonly ip?: string; readonly hostname?: string}[]}
  readonly conditions?: readonly Condition[]
}
