import type {Condition} from './condition.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import type {PodTemplate} from './pod.ts'

/** Keeps a number of like pods running. */
export type ReplicaSet = KubeObject & {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'ReplicaSet'
  readonly spec: ReplicaSetSpec
  readonly status?: ReplicaSetStatus
}

export type ReplicaSetSpec = {
  readonly replicas?: number
  readonly minReadySeconds?: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
}

export type ReplicaSetStatus = {
  readonly replicas: number
  readonly fullyLabeledReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}
