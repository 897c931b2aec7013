import {conditionsSchema} from './condition.ts'
import {labelSelectorSchema, selectorMistakes} from './label-selector-rules.ts'
import type {Mistake} from './mistake.ts'
import {
  labelledByTemplate,
  podTemplateDefaults,
  podTemplateMistakes,
  podTemplateSchema,
  replicaMistakes,
} from './pod-template.ts'
import type {ReplicaSet} from './replica-set.ts'
import {integer, record, type Schema} from './schema.ts'
import {selectorOf} from './selector.ts'

export const replicaSetFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      replicas: integer(0),
      minReadySeconds: integer(0),
      selector: labelSelectorSchema,
      template: podTemplateSchema,
    },
    ['template'],
  ),
  status: record({
    replicas: integer(0),
    fullyLabeledReplicas: integer(0),
    readyReplicas: integer(0),
    availableReplicas: integer(0),
    terminatingReplicas: integer(0),
    observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    conditions: conditionsSchema,
  }),
}

/** `extensions/v1beta1` selects by the template's labels when nothing else is said; later versions want a selector. */
export function replicaSetConversion(replicaSet: ReplicaSet, apiVersion: string): ReplicaSet {
  return apiVersion === 'extensions/v1beta1' ? labelledByTemplate(replicaSet) : replicaSet
}

export function replicaSetDefaults(replicaSet: ReplicaSet): ReplicaSet {
  const {spec} = replicaSet
  return {
    ...replicaSet,
    spec: {...spec, replicas: spec.replicas ?? 1, template: podTemplateDefaults(spec.template)},
  }
}

/** The API server really says "deployment" here. */
export function replicaSetMistakes({spec}: ReplicaSet): Mistake[] {
  return [
    ...replicaMistakes(spec.replicas),
    ...selectorMistakes(spec.selector, 'deployment'),
    ...podTemplateMistakes(spec.template, spec.selector && selectorOf(spec.selector)),
  ]
}
