import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import type {PodTemplate} from './pod.ts'
import {containerColumns, inheritReplicas, scaleOf} from './pod-template.ts'
import {
  statefulSetConversion,
  statefulSetDefaults,
  statefulSetFields,
  statefulSetMistakes,
  statefulSetUpdateMistakes,
} from './stateful-set-rules.ts'

/** Pods that are alike but not the same: each has a number, a name and a DNS record that stay when it is replaced. */
export type StatefulSet = KubeObject & {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'StatefulSet'
  readonly spec: StatefulSetSpec
  readonly status?: StatefulSetStatus
}

export type StatefulSetSpec = {
  readonly replicas?: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
  /** The headless service in whose domain the pods have their names. */
  readonly serviceName?: string
  readonly podManagementPolicy?: 'OrderedReady' | 'Parallel'
  readonly updateStrategy?: StatefulSetUpdateStrategy
  readonly revisionHistoryLimit?: number
  readonly minReadySeconds?: number
  readonly persistentVolumeClaimRetentionPolicy?: {readonly whenDeleted?: string; readonly whenScaled?: string}
  readonly ordinals?: {readonly start?: number}
}

export type StatefulSetUpdateStrategy = {
  readonly type?: 'RollingUpdate' | 'OnDelete'
  /** Pods with a lower number keep the old template. */
  readonly rollingUpdate?: {readonly partition?: number}
}

export type StatefulSetStatus = {
  readonly observedGeneration?: number
  readonly replicas: number
  readonly readyReplicas?: number
  readonly currentReplicas?: number
  readonly updatedReplicas?: number
  readonly currentRevision?: string
  readonly updateRevision?: string
  readonly collisionCount?: number
  readonly availableReplicas: number
  readonly conditions?: readonly Condition[]
}

export const statefulSetKind: Kind<StatefulSet> = {
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  namespaced: true,
  categories: ['all'],
  apiVersions: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: statefulSetFields,
  required: ['spec'],
  convert: statefulSetConversion,
  defaults: statefulSetDefaults,
  validate: statefulSetMistakes,
  initial: statefulSet => ({...statefulSet, status: {replicas: 0, availableReplicas: 0}}),
  inherit: inheritReplicas,
  validateUpdate: statefulSetUpdateMistakes,
  scaled: (statefulSet, replicas) => ({...statefulSet, spec: {...statefulSet.spec, replicas}}),
  scaleOf,
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Ready', value: ({spec, status}) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`},
    {name: 'Age', value: ageOf},
    ...containerColumns,
  ],
}
