import {conditionsSchema} from './condition.ts'
import type {DaemonSet, DaemonSetUpdateStrategy} from './daemon-set.ts'
import {goIntOrString, intOrPercent, intOrPercentMistakes, isZero, over100PercentMistakes} from './int-or-percent.ts'
import {labelSelectorSchema, selectorMistakes} from './label-selector-rules.ts'
import {invalidText, type Mistake, required} from './mistake.ts'
import {labelledByTemplate, podTemplateDefaults, podTemplateMistakes, podTemplateSchema} from './pod-template.ts'
import {anything, integer, oneOf, record, type Schema} from './schema.ts'
import {selectorOf} from './selector.ts'

export const daemonSetFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      selector: labelSelectorSchema,
      template: podTemplateSchema,
      updateStrategy: record({
        type: oneOf('RollingUpdate', 'OnDelete'),
        rollingUpdate: record({maxUnavailable: intOrPercent, maxSurge: intOrPercent}),
      }),
      minReadySeconds: integer(0),
      revisionHistoryLimit: integer(0),
      /** The cluster's own, in old versions. */
      templateGeneration: anything,
    },
    ['template'],
  ),
  status: record({
    currentNumberScheduled: integer(0),
    numberMisscheduled: integer(0),
    desiredNumberScheduled: integer(0),
    numberReady: integer(0),
    observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    updatedNumberScheduled: integer(0),
    numberAvailable: integer(0),
    numberUnavailable: integer(0),
    collisionCount: integer(0),
    conditions: conditionsSchema,
  }),
}

/** `extensions/v1beta1` replaced pods only when they were deleted, and selected by the template's labels. */
export function daemonSetConversion(daemonSet: DaemonSet, apiVersion: string): DaemonSet {
  const {templateGeneration: _, ...spec} = daemonSet.spec as DaemonSet['spec'] & {readonly templateGeneration?: unknown}
  const object = {...daemonSet, spec}
  if (apiVersion !== 'extensions/v1beta1') return object
  const labelled = labelledByTemplate(object)
  const type = spec.updateStrategy?.type ?? 'OnDelete'
  return {...labelled, spec: {...labelled.spec, updateStrategy: {...spec.updateStrategy, type}}}
}

export function daemonSetDefaults(daemonSet: DaemonSet): DaemonSet {
  const {spec} = daemonSet
  return {
    ...daemonSet,
    spec: {
      ...spec,
      template: podTemplateDefaults(spec.template),
      updateStrategy: strategyDefaults(spec.updateStrategy),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    },
  }
}

function strategyDefaults({type = 'RollingUpdate', rollingUpdate}: DaemonSetUpdateStrategy = {}) {
  if (type === 'OnDelete') return {type, ...(rollingUpdate && {rollingUpdate})}
  return {type, rollingUpdate: {maxUnavailable: 1, maxSurge: 0, ...rollingUpdate}}
}

export function daemonSetMistakes({spec}: DaemonSet): Mistake[] {
  return [
    ...selectorMistakes(spec.selector, 'daemonset'),
    ...podTemplateMistakes(spec.template, spec.selector && selectorOf(spec.selector)),
    ...(spec.updateStrategy?.type === 'OnDelete' ? [] : strategyMistakes(spec.updateStrategy)),
  ]
}

/** A node has either its old pod beside the new one for a while, or none. */
function strategyMistakes({rollingUpdate = {}}: DaemonSetUpdateStrategy = {}): Mistake[] {
  const {maxUnavailable = 1, maxSurge = 0} = rollingUpdate
  const path = ['spec', 'updateStrategy', 'rollingUpdate']
  const [unavailable, surge] = [
    [...path, 'maxUnavailable'],
    [...path, 'maxSurge'],
  ]
  return [
    ...intOrPercentMistakes(maxUnavailable, unavailable),
    ...intOrPercentMistakes(maxSurge, surge),
    ...(!isZero(maxUnavailable) && !isZero(maxSurge)
      ? [invalidText(surge, goIntOrString(maxSurge), 'may not be set when maxUnavailable is non-zero')]
      : []),
    ...(isZero(maxUnavailable) && isZero(maxSurge) ? [required(unavailable, 'cannot be 0 when maxSurge is 0')] : []),
    ...over100PercentMistakes(maxUnavailable, unavailable),
    ...over100PercentMistakes(maxSurge, surge),
  ]
}
