import {conditionsSchema} from './condition.ts'
import {equal} from './equal.ts'
import type {Format} from './format.ts'
import {labelSelectorSchema, selectorMistakes} from './label-selector-rules.ts'
import {forbidden, invalidText, type Mistake} from './mistake.ts'
import {
  labelledByTemplate,
  podTemplateDefaults,
  podTemplateMistakes,
  podTemplateSchema,
  replicaMistakes,
} from './pod-template.ts'
import {integer, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'
import {selectorOf} from './selector.ts'
import type {StatefulSet, StatefulSetSpec, StatefulSetUpdateStrategy} from './stateful-set.ts'

const policy: Format = word =>
  word === 'OrderedReady' || word === 'Parallel' ? undefined : "must be 'OrderedReady' or 'Parallel'"

export const statefulSetFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      replicas: integer(0),
      selector: labelSelectorSchema,
      template: podTemplateSchema,
      serviceName: string,
      podManagementPolicy: text(policy),
      updateStrategy: record({
        type: oneOf('RollingUpdate', 'OnDelete'),
        rollingUpdate: record({
          partition: integer(0),
          maxUnavailable: unsupported('maxUnavailable of stateful sets, nor does Kubernetes unless asked to'),
        }),
      }),
      revisionHistoryLimit: integer(0),
      minReadySeconds: integer(0),
      // There are no volumes whose fate it could decide; a server fills it in, so manifests bring it along.
      persistentVolumeClaimRetentionPolicy: record({
        whenDeleted: oneOf('Retain', 'Delete'),
        whenScaled: oneOf('Retain', 'Delete'),
      }),
      ordinals: record({start: integer(0)}),
      volumeClaimTemplates: unsupported('persistent volumes'),
    },
    ['template'],
  ),
  status: record({
    observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    replicas: integer(0),
    readyReplicas: integer(0),
    currentReplicas: integer(0),
    updatedReplicas: integer(0),
    currentRevision: string,
    updateRevision: string,
    collisionCount: integer(0),
    availableReplicas: integer(0),
    conditions: conditionsSchema,
  }),
}

/** `apps/v1beta1` replaced pods only when they were deleted, and selected by the template's labels. */
export function statefulSetConversion(statefulSet: StatefulSet, apiVersion: string): StatefulSet {
  if (apiVersion !== 'apps/v1beta1') return statefulSet
  const labelled = labelledByTemplate(statefulSet)
  const type = labelled.spec.updateStrategy?.type ?? 'OnDelete'
  return {...labelled, spec: {...labelled.spec, updateStrategy: {...labelled.spec.updateStrategy, type}}}
}

export function statefulSetDefaults(statefulSet: StatefulSet): StatefulSet {
  const {spec} = statefulSet
  return {
    ...statefulSet,
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      template: podTemplateDefaults(spec.template),
      podManagementPolicy: spec.podManagementPolicy ?? 'OrderedReady',
      updateStrategy: strategyDefaults(spec.updateStrategy),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      persistentVolumeClaimRetentionPolicy: {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
        ...spec.persistentVolumeClaimRetentionPolicy,
      },
    },
  }
}

function strategyDefaults({type = 'RollingUpdate', rollingUpdate}: StatefulSetUpdateStrategy = {}) {
  if (type === 'OnDelete') return {type, ...(rollingUpdate && {rollingUpdate})}
  return {type, rollingUpdate: {partition: 0, ...rollingUpdate}}
}

export function statefulSetMistakes({spec}: StatefulSet): Mistake[] {
  return [
    ...strategyMistakes(spec.updateStrategy),
    ...replicaMistakes(spec.replicas),
    ...selectorMistakes(spec.selector, 'statefulset'),
    ...podTemplateMistakes(spec.template, spec.selector && selectorOf(spec.selector)),
  ]
}

function strategyMistakes({type, rollingUpdate}: StatefulSetUpdateStrategy = {}): Mistake[] {
  if (type !== 'OnDelete' || rollingUpdate === undefined) return []
  const text = `apps.RollingUpdateStatefulSetStrategy{Partition:${rollingUpdate.partition ?? 0}, MaxUnavailable:<nil>}`
  return [
    invalidText(['spec', 'updateStrategy', 'rollingUpdate'], text, "only allowed for updateStrategy 'RollingUpdate'"),
  ]
}

const updatable =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"

export function statefulSetUpdateMistakes({spec}: StatefulSet, {spec: before}: StatefulSet): Mistake[] {
  return equal(fixed(spec), fixed(before)) ? [] : [forbidden(['spec'], updatable)]
}

function fixed(spec: StatefulSetSpec): unknown {
  const {replicas, ordinals, template, updateStrategy, persistentVolumeClaimRetentionPolicy, minReadySeconds, ...rest} =
    spec
  return rest
}
