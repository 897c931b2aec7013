import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import {daemonSetConversion, daemonSetDefaults, daemonSetFields, daemonSetMistakes} from './daemon-set-rules.ts'
import {dnsSubdomain} from './format.ts'
import type {IntOrPercent} from './int-or-percent.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {selectorUpdateMistakes} from './label-selector-rules.ts'
import type {PodTemplate} from './pod.ts'
import {containerColumns, selectorColumn} from './pod-template.ts'
import {printSelector, selectorOfLabels} from './selector.ts'

/** Keeps one pod on every node that takes it. */
export type DaemonSet = KubeObject & {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'DaemonSet'
  readonly spec: DaemonSetSpec
  readonly status?: DaemonSetStatus
}

export type DaemonSetSpec = {
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly updateStrategy?: DaemonSetUpdateStrategy
  readonly minReadySeconds?: number
  readonly revisionHistoryLimit?: number
}

export type DaemonSetUpdateStrategy = {
  readonly type?: 'RollingUpdate' | 'OnDelete'
  readonly rollingUpdate?: {readonly maxUnavailable?: IntOrPercent; readonly maxSurge?: IntOrPercent}
}

export type DaemonSetStatus = {
  readonly currentNumberScheduled: number
  readonly numberMisscheduled: number
  readonly desiredNumberScheduled: number
  readonly numberReady: number
  readonly observedGeneration?: number
  readonly updatedNumberScheduled?: number
  readonly numberAvailable?: number
  readonly numberUnavailable?: number
  readonly collisionCount?: number
  readonly conditions?: readonly Condition[]
}

const nothing: DaemonSetStatus = {
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
}

export const daemonSetKind: Kind<DaemonSet> = {
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  namespaced: true,
  categories: ['all'],
  apiVersions: ['apps/v1', 'apps/v1beta2', 'extensions/v1beta1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: daemonSetFields,
  required: ['spec'],
  convert: daemonSetConversion,
  defaults: daemonSetDefaults,
  validate: daemonSetMistakes,
  initial: daemonSet => ({...daemonSet, status: nothing}),
  inherit: daemonSet => daemonSet,
  validateUpdate: selectorUpdateMistakes,
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Desired', type: 'integer', value: ({status}) => `${status?.desiredNumberScheduled ?? 0}`},
    {name: 'Current', type: 'integer', value: ({status}) => `${status?.currentNumberScheduled ?? 0}`},
    {name: 'Ready', type: 'integer', value: ({status}) => `${status?.numberReady ?? 0}`},
    {name: 'Up-to-date', type: 'integer', value: ({status}) => `${status?.updatedNumberScheduled ?? 0}`},
    {name: 'Available', type: 'integer', value: ({status}) => `${status?.numberAvailable ?? 0}`},
    {
      name: 'Node Selector',
      value: ({spec}) => printSelector(selectorOfLabels(spec.template.spec.nodeSelector ?? {})) || '<none>',
    },
    {name: 'Age', value: ageOf},
    ...containerColumns,
    selectorColumn,
  ],
}
