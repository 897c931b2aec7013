import type {Condition} from './condition.ts'
import type {KubeObject} from './kube-object.ts'

/** A machine of the cluster. */
export type Node = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Node'
  readonly spec: NodeSpec
  readonly status?: NodeStatus
}

export type NodeSpec = {
  /** The node's share of the pod network: `172.17.13.0/24`. */
  readonly podCIDR?: string
  readonly podCIDRs?: readonly string[]
  readonly providerID?: string
  readonly unschedulable?: boolean
  readonly taints?: readonly Taint[]
}

/** Keeps pods away that do not tolerate it. */
export type Taint = {
  readonly key: string
  readonly value?: string
  readonly effect: TaintEffect
  readonly timeAdded?: string
}

export type TaintEffect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'

export type NodeStatus = {
  readonly addresses?: readonly NodeAddress[]
  readonly conditions?: readonly Condition[]
  readonly capacity?: Readonly<Record<string, string>>
  readonly allocatable?: Readonly<Record<string, string>>
  readonly nodeInfo?: NodeInfo
}

export type NodeAddress = {
  readonly type: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS'
  readonly address: string
}

export type NodeInfo = {
  readonly kubeletVersion: string
  readonly osImage: string
  readonly kernelVersion: string
  readonly containerRuntimeVersion: string
  readonly kubeProxyVersion?: string
  readonly operatingSystem?: string
  readonly architecture?: string
  readonly machineID?: string
  readonly systemUUID?: string
  readonly bootID?: string
}
