import type {Condition} from './condition.ts'
import type {Container, ContainerStatus} from './container.ts'
import type {KubeObject} from './kube-object.ts'
import type {TaintEffect} from './node.ts'

/** Containers that share one network namespace, one address and one fate. */
export type Pod = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Pod'
  readonly spec: PodSpec
  readonly status?: PodStatus
}

export type PodSpec = {
  readonly containers: readonly Container[]
  readonly restartPolicy?: RestartPolicy
  readonly terminationGracePeriodSeconds?: number
  readonly dnsPolicy?: DnsPolicy
  readonly nodeName?: string
  readonly nodeSelector?: Readonly<Record<string, string>>
  readonly tolerations?: readonly Toleration[]
  readonly hostname?: string
  readonly subdomain?: string
  readonly shareProcessNamespace?: boolean
}

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export type DnsPolicy = 'ClusterFirst' | 'ClusterFirstWithHostNet' | 'Default' | 'None'

/** A taint that the pod puts up with; without `key`, and with `Exists`, every taint. */
export type Toleration = {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: TaintEffect
  readonly tolerationSeconds?: number
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'

export type PodStatus = {
  readonly phase?: PodPhase
  readonly conditions?: readonly Condition[]
  readonly message?: string
  readonly reason?: string
  readonly hostIP?: string
  readonly hostIPs?: readonly {readonly ip: string}[]
  readonly podIP?: string
  readonly podIPs?: readonly {readonly ip: string}[]
  readonly startTime?: string
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly qosClass?: 'BestEffort' | 'Burstable' | 'Guaranteed'
}

/** What a controller makes its pods from. */
export type PodTemplate = {
  readonly metadata?: {
    readonly name?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec: PodSpec
}
