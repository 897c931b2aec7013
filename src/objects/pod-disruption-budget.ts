import {ageOf} from './age.ts'
import {type Condition, conditionsSchema} from './condition.ts'
import {dnsSubdomain} from './format.ts'
import {type IntOrPercent, intOrPercent, intOrPercentMistakes} from './int-or-percent.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import type {LabelSelector} from './label-selector.ts'
import {labelSelectorSchema} from './label-selector-rules.ts'
import {invalidText, type Mistake} from './mistake.ts'
import type {Pod} from './pod.ts'
import {anything, integer, oneOf, record} from './schema.ts'
import {matches, type Selector, selectorOf} from './selector.ts'

/** How many of some pods must be left when others are moved away on purpose. */
export type PodDisruptionBudget = KubeObject & {
  readonly apiVersion: 'policy/v1'
  readonly kind: 'PodDisruptionBudget'
  readonly spec: {
    readonly minAvailable?: IntOrPercent
    readonly maxUnavailable?: IntOrPercent
    readonly selector?: LabelSelector
    readonly unhealthyPodEvictionPolicy?: string
  }
  readonly status?: BudgetStatus
}

export type BudgetStatus = {
  readonly disruptionsAllowed: number
  readonly currentHealthy: number
  readonly desiredHealthy: number
  readonly expectedPods: number
  readonly observedGeneration?: number
  readonly disruptedPods?: DisruptedPods
  readonly conditions?: readonly Condition[]
}

/** Pods that have been evicted and are perhaps still there, by name, each with the time. */
export type DisruptedPods = Readonly<Record<string, string>>

/** Whether a budget speaks of any pods: without a selector it does of none, with an empty one of all. */
export function selectsPods({spec}: PodDisruptionBudget): boolean {
  return spec.selector !== undefined
}

export function budgetSelector({spec}: PodDisruptionBudget): Selector {
  return selectorOf(spec.selector ?? {})
}

export function selectsPod(budget: PodDisruptionBudget, {metadata}: Pod): boolean {
  return (
    budget.metadata.namespace === metadata.namespace &&
    selectsPods(budget) &&
    matches(budgetSelector(budget), metadata.labels)
  )
}

const count = integer(0)

export const podDisruptionBudgetKind: Kind<PodDisruptionBudget> = {
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  apiVersions: ['policy/v1', 'policy/v1beta1'],
  countsGenerations: true,
  hasStatus: true,
  name: dnsSubdomain,
  fields: {
    spec: record({
      minAvailable: intOrPercent,
      maxUnavailable: intOrPercent,
      selector: labelSelectorSchema,
      unhealthyPodEvictionPolicy: oneOf('IfHealthyBudget', 'AlwaysAllow'),
    }),
    status: record({
      disruptionsAllowed: count,
      currentHealthy: count,
      desiredHealthy: count,
      expectedPods: count,
      observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
      disruptedPods: anything,
      conditions: conditionsSchema,
    }),
  },
  required: ['spec'],
  defaults: budget => budget,
  validate: budgetMistakes,
  initial: budget => ({
    ...budget,
    status: {disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0},
  }),
  inherit: budget => budget,
  validateUpdate: () => [],
  columns: [
    {name: 'Name', value: budget => budget.metadata.name},
    {name: 'Min Available', value: ({spec}) => `${spec.minAvailable ?? 'N/A'}`},
    {name: 'Max Unavailable', value: ({spec}) => `${spec.maxUnavailable ?? 'N/A'}`},
    {name: 'Allowed Disruptions', type: 'integer', value: ({status}) => `${status?.disruptionsAllowed ?? 0}`},
    {name: 'Age', value: ageOf},
  ],
}

const both = 'minAvailable and maxUnavailable cannot be both set'

function budgetMistakes({spec}: PodDisruptionBudget): Mistake[] {
  const {minAvailable: min, maxUnavailable: max} = spec
  return [
    ...(min !== undefined && max !== undefined ? [invalidText(['spec'], JSON.stringify(spec), both)] : []),
    ...(min === undefined ? [] : intOrPercentMistakes(min, ['spec', 'minAvailable'])),
    ...(max === undefined ? [] : intOrPercentMistakes(max, ['spec', 'maxUnavailable'])),
  ]
}
