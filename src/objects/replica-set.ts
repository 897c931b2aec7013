import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import type {PodTemplate} from './pod.ts'
import {
  replicaSetConversion,
  replicaSetDefaults,
  replicaSetFields,
  replicaSetMistakes,
  replicaSetUpdateMistakes,
} from './replica-set-rules.ts'
import {printSelector, selectorOf} from './selector.ts'

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
  inherit: (replicaSet, before) => {
    const replicas = replicaSet.spec.replicas ?? before.spec.replicas
    return {...replicaSet, spec: {...replicaSet.spec, ...(replicas !== undefined && {replicas})}}
  },
  validateUpdate: replicaSetUpdateMistakes,
  scaled: (replicaSet, replicas) => ({...replicaSet, spec: {...replicaSet.spec, replicas}}),
  scaleOf: ({spec, status}) => ({
    replicas: spec.replicas ?? 1,
    current: status?.replicas ?? 0,
    selector: printSelector(selectorOf(spec.selector)),
  }),
  selectable: [{field: 'status.replicas', value: ({status}) => `${status?.replicas ?? 0}`}],
  columns: [
    {name: 'Name', value: replicaSet => replicaSet.metadata.name},
    {name: 'Desired', type: 'integer', value: replicaSet => `${replicaSet.spec.replicas ?? 1}`},
    {name: 'Current', type: 'integer', value: replicaSet => `${replicaSet.status?.replicas ?? 0}`},
    {name: 'Ready', type: 'integer', value: replicaSet => `${replicaSet.status?.readyReplicas ?? 0}`},
    {name: 'Age', value: ageOf},
    {
      name: 'Containers',
      wide: true,
      value: replicaSet =>
        containersOf(replicaSet)
          .map(({name}) => name)
          .join(','),
    },
    {
      name: 'Images',
      wide: true,
      value: replicaSet =>
        containersOf(replicaSet)
          .map(({image}) => image)
          .join(','),
    },
    {name: 'Selector', wide: true, value: ({spec}) => printSelector(selectorOf(spec.selector)) || '<none>'},
  ],
}

function containersOf(replicaSet: ReplicaSet) {
  return replicaSet.spec.template.spec.containers
}
