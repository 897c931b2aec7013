import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {selectorUpdateMistakes} from './label-selector-rules.ts'
import type {PodTemplate} from './pod.ts'
import {containerColumns, inheritReplicas, scaleOf, selectorColumn} from './pod-template.ts'
import {replicaSetConversion, replicaSetDefaults, replicaSetFields, replicaSetMistakes} from './replica-set-rules.ts'

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

export const replicaSetKind: Kind<ReplicaSet> = {
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  namespaced: true,
  apiVersions: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
  countsGenerations: true,
  hasStatus: true,
  categories: ['all'],
  name: dnsSubdomain,
  fields: replicaSetFields,
  required: ['spec'],
  convert: replicaSetConversion,
  defaults: replicaSetDefaults,
  validate: replicaSetMistakes,
  initial: replicaSet => ({...replicaSet, status: {replicas: 0}}),
  inherit: inheritReplicas,
  validateUpdate: selectorUpdateMistakes,
  scaled: (replicaSet, replicas) => ({...replicaSet, spec: {...replicaSet.spec, replicas}}),
  scaleOf,
  selectable: [{field: 'status.replicas', value: ({status}) => `${status?.replicas ?? 0}`}],
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Desired', type: 'integer', value: ({spec}) => `${spec.replicas ?? 1}`},
    {name: 'Current', type: 'integer', value: ({status}) => `${status?.replicas ?? 0}`},
    {name: 'Ready', type: 'integer', value: ({status}) => `${status?.readyReplicas ?? 0}`},
    {name: 'Age', value: ageOf},
    ...containerColumns,
    selectorColumn,
  ],
}
