import {ageOf} from './age.ts'
import type {Condition} from './condition.ts'
import {deploymentConversion, deploymentDefaults, deploymentFields, deploymentMistakes} from './deployment-rules.ts'
import {dnsSubdomain} from './format.ts'
import type {IntOrPercent} from './int-or-percent.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {selectorUpdateMistakes} from './label-selector-rules.ts'
import type {PodTemplate} from './pod.ts'
import {containerColumns, inheritReplicas, scaleOf, selectorColumn} from './pod-template.ts'

/** Brings like pods from one template to the next, a few at a time, through replica sets: one for each template it has had. */
export type Deployment = KubeObject & {
  readonly apiVersion: 'apps/v1'
  readonly kind: 'Deployment'
  readonly spec: DeploymentSpec
  readonly status?: DeploymentStatus
}

export type DeploymentSpec = {
  readonly replicas?: number
  readonly selector: LabelSelector
  readonly template: PodTemplate
  readonly strategy?: DeploymentStrategy
  /** So long a pod must have been ready to count as available. */
  readonly minReadySeconds?: number
  /** So many old replica sets are kept to go back to. */
  readonly revisionHistoryLimit?: number
  /** A changed template waits, and only the number of pods is upheld. */
  readonly paused?: boolean
  /** A rollout that does not get on for so long is called failed. */
  readonly progressDeadlineSeconds?: number
}

export type DeploymentStrategy = {
  readonly type?: 'Recreate' | 'RollingUpdate'
  readonly rollingUpdate?: {readonly maxUnavailable?: IntOrPercent; readonly maxSurge?: IntOrPercent}
}

export type DeploymentStatus = {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly unavailableReplicas?: number
  /** How often another replica set already had the name that the template's hash gives. */
  readonly collisionCount?: number
  readonly conditions?: readonly Condition[]
}

export const deploymentKind: Kind<Deployment> = {
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  namespaced: true,
  categories: ['all'],
  apiVersions: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1', 'extensions/v1beta1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: deploymentFields,
  required: ['spec'],
  convert: deploymentConversion,
  defaults: deploymentDefaults,
  validate: deploymentMistakes,
  initial: deployment => ({...deployment, status: {}}),
  inherit: inheritReplicas,
  validateUpdate: selectorUpdateMistakes,
  scaled: (deployment, replicas) => ({...deployment, spec: {...deployment.spec, replicas}}),
  scaleOf,
  columns: [
    {name: 'Name', value: ({metadata}) => metadata.name},
    {name: 'Ready', value: ({spec, status}) => `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`},
    {name: 'Up-to-date', type: 'integer', value: ({status}) => `${status?.updatedReplicas ?? 0}`},
    {name: 'Available', type: 'integer', value: ({status}) => `${status?.availableReplicas ?? 0}`},
    {name: 'Age', value: ageOf},
    ...containerColumns,
    selectorColumn,
  ],
}
