import {conditionsSchema} from './condition.ts'
import type {Deployment, DeploymentSpec, DeploymentStrategy} from './deployment.ts'
import {goIntOrString, intOrPercent, intOrPercentMistakes, isZero, over100PercentMistakes} from './int-or-percent.ts'
import {labelSelectorSchema, selectorMistakes} from './label-selector-rules.ts'
import {forbidden, invalid, invalidText, type Mistake} from './mistake.ts'
import {
  labelledByTemplate,
  podTemplateDefaults,
  podTemplateMistakes,
  podTemplateSchema,
  replicaMistakes,
} from './pod-template.ts'
import {boolean, integer, oneOf, record, type Schema, unsupported} from './schema.ts'
import {selectorOf} from './selector.ts'

export const deploymentFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      replicas: integer(0),
      selector: labelSelectorSchema,
      template: podTemplateSchema,
      strategy: {
        ...record({
          type: oneOf('Recreate', 'RollingUpdate'),
          rollingUpdate: record({maxUnavailable: intOrPercent, maxSurge: intOrPercent}),
        }),
        retainKeys: true,
      } as Schema,
      minReadySeconds: integer(0),
      revisionHistoryLimit: integer(0),
      paused: boolean,
      progressDeadlineSeconds: integer(0),
      rollbackTo: unsupported('rollbackTo, which apps/v1beta2 took away; use kubectl rollout undo'),
    },
    ['template'],
  ),
  status: record({
    observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    replicas: integer(0),
    updatedReplicas: integer(0),
    readyReplicas: integer(0),
    availableReplicas: integer(0),
    unavailableReplicas: integer(0),
    terminatingReplicas: integer(0),
    collisionCount: integer(0),
    conditions: conditionsSchema,
  }),
}

const forever = 2 ** 31 - 1

/** What was left out meant something else in old versions. */
const oldDefaults: Readonly<Record<string, Partial<DeploymentSpec> & {readonly step?: number}>> = {
  'extensions/v1beta1': {step: 1, revisionHistoryLimit: forever, progressDeadlineSeconds: forever},
  'apps/v1beta1': {revisionHistoryLimit: 2},
}

export function deploymentConversion(deployment: Deployment, apiVersion: string): Deployment {
  const {step, ...defaults} = oldDefaults[apiVersion] ?? {}
  if (oldDefaults[apiVersion] === undefined) return deployment
  const labelled = labelledByTemplate(deployment)
  const {spec} = labelled
  const strategy = step === undefined ? spec.strategy : withSteps(spec.strategy, step)
  return {...labelled, spec: {...defaults, ...spec, ...(strategy && {strategy})}}
}

export function deploymentDefaults(deployment: Deployment): Deployment {
  const {spec} = deployment
  return {
    ...deployment,
    spec: {
      ...spec,
      replicas: spec.replicas ?? 1,
      template: podTemplateDefaults(spec.template),
      strategy: withSteps(spec.strategy, '25%'),
      revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
      progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    },
  }
}

function withSteps(
  {type = 'RollingUpdate', rollingUpdate}: DeploymentStrategy = {},
  step: number | string,
): DeploymentStrategy {
  if (type === 'Recreate') return {type, ...(rollingUpdate && {rollingUpdate})}
  return {type, rollingUpdate: {maxUnavailable: step, maxSurge: step, ...rollingUpdate}}
}

export function deploymentMistakes({spec}: Deployment): Mistake[] {
  return [
    ...replicaMistakes(spec.replicas),
    ...selectorMistakes(spec.selector, 'deployment'),
    ...podTemplateMistakes(spec.template, spec.selector && selectorOf(spec.selector)),
    ...strategyMistakes(spec.strategy),
    ...deadlineMistakes(spec),
  ]
}

const strategyPath = ['spec', 'strategy', 'rollingUpdate']

function strategyMistakes({type, rollingUpdate}: DeploymentStrategy = {}): Mistake[] {
  if (type === 'Recreate')
    return rollingUpdate ? [forbidden(strategyPath, "may not be specified when strategy `type` is 'Recreate'")] : []
  const {maxUnavailable = 0, maxSurge = 0} = rollingUpdate ?? {}
  const path = [...strategyPath, 'maxUnavailable']
  const stuck = isZero(maxUnavailable) && isZero(maxSurge)
  return [
    ...intOrPercentMistakes(maxUnavailable, path),
    ...intOrPercentMistakes(maxSurge, [...strategyPath, 'maxSurge']),
    ...(stuck ? [invalidText(path, goIntOrString(maxUnavailable), 'may not be 0 when `maxSurge` is 0')] : []),
    ...over100PercentMistakes(maxUnavailable, path),
  ]
}

function deadlineMistakes({progressDeadlineSeconds = 600, minReadySeconds = 0}: DeploymentSpec): Mistake[] {
  return progressDeadlineSeconds > minReadySeconds
    ? []
    : [invalid(['spec', 'progressDeadlineSeconds'], progressDeadlineSeconds, 'must be greater than minReadySeconds')]
}
