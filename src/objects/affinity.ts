import {type Format, qualifiedName} from './format.ts'
import type {LabelSelector} from './label-selector.ts'
import {labelSelectorSchema} from './label-selector-rules.ts'
import {forbidden, invalid, type Mistake, type Path, required} from './mistake.ts'
import {integer, list, record, type Schema, string, text} from './schema.ts'

/** Where a pod would like to be: on which nodes, beside which pods, and far from which. */
export type Affinity = {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {readonly nodeSelectorTerms: readonly NodeSelectorTerm[]}
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
      readonly weight: number
      readonly preference: NodeSelectorTerm
    }[]
  }
  readonly podAffinity?: PodAffinity
  readonly podAntiAffinity?: PodAffinity
}

/** All of it must hold; of several terms, one. */
export type NodeSelectorTerm = {
  readonly matchExpressions?: readonly NodeSelectorRequirement[]
  readonly matchFields?: readonly NodeSelectorRequirement[]
}

export type NodeSelectorRequirement = {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  readonly values?: readonly string[]
}

export type PodAffinity = {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[]
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly {
    readonly weight: number
    readonly podAffinityTerm: PodAffinityTerm
  }[]
}

export type PodAffinityTerm = {
  readonly labelSelector?: LabelSelector
  readonly namespaces?: readonly string[]
  readonly namespaceSelector?: LabelSelector
  /** The node label whose value two nodes share when they are the same place. */
  readonly topologyKey: string
  readonly matchLabelKeys?: readonly string[]
  readonly mismatchLabelKeys?: readonly string[]
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']

const operator: Format = word => (operators.includes(word) ? undefined : 'not a valid selector operator')

const requirements = list(record({key: string, operator: text(operator), values: list(string)}, ['key', 'operator']))
const nodeTerm = record({matchExpressions: requirements, matchFields: requirements})
const podTerm = record({
  labelSelector: labelSelectorSchema,
  namespaces: list(string),
  namespaceSelector: labelSelectorSchema,
  topologyKey: string,
  matchLabelKeys: list(text(qualifiedName)),
  mismatchLabelKeys: list(text(qualifiedName)),
})
const weight = integer(-(2 ** 31))
const podAffinity = record({
  requiredDuringSchedulingIgnoredDuringExecution: list(podTerm),
  preferredDuringSchedulingIgnoredDuringExecution: list(
    record({weight, podAffinityTerm: podTerm}, ['weight', 'podAffinityTerm']),
  ),
})

export const affinitySchema: Schema = record({
  nodeAffinity: record({
    requiredDuringSchedulingIgnoredDuringExecution: record({nodeSelectorTerms: list(nodeTerm)}, ['nodeSelectorTerms']),
    preferredDuringSchedulingIgnoredDuringExecution: list(
      record({weight, preference: nodeTerm}, ['weight', 'preference']),
    ),
  }),
  podAffinity,
  podAntiAffinity: podAffinity,
})

const must = 'requiredDuringSchedulingIgnoredDuringExecution'
const may = 'preferredDuringSchedulingIgnoredDuringExecution'

export function affinityMistakes({nodeAffinity, podAffinity, podAntiAffinity}: Affinity, path: Path): Mistake[] {
  const terms = nodeAffinity?.[must]?.nodeSelectorTerms
  const nodes = [...path, 'nodeAffinity']
  const empty = required([...nodes, must, 'nodeSelectorTerms'], 'must have at least one node selector term')
  return [
    ...(terms?.length === 0 ? [empty] : []),
    ...(terms ?? []).flatMap((term, index) => termMistakes(term, [...nodes, must, 'nodeSelectorTerms', index])),
    ...weightMistakes(nodeAffinity?.[may] ?? [], [...nodes, may]),
    ...podMistakes(podAffinity ?? {}, [...path, 'podAffinity']),
    ...podMistakes(podAntiAffinity ?? {}, [...path, 'podAntiAffinity']),
  ]
}

function termMistakes({matchExpressions = []}: NodeSelectorTerm, path: Path): Mistake[] {
  return matchExpressions.flatMap((requirement, index) =>
    valuesMistakes(requirement, [...path, 'matchExpressions', index, 'values']),
  )
}

function valuesMistakes({operator, values = []}: NodeSelectorRequirement, path: Path): Mistake[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0 ? [required(path, "must be specified when `operator` is 'In' or 'NotIn'")] : []
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [forbidden(path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : []
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [required(path, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
  }
}

function podMistakes(affinity: PodAffinity, path: Path): Mistake[] {
  const wanted = affinity[may] ?? []
  const keyless = (term: PodAffinityTerm, at: Path) => keyMistakes(term.topologyKey ?? '', [...at, 'topologyKey'])
  return [
    ...(affinity[must] ?? []).flatMap((term, index) => keyless(term, [...path, must, index])),
    ...weightMistakes(wanted, [...path, may]),
    ...wanted.flatMap(({podAffinityTerm}, index) => keyless(podAffinityTerm, [...path, may, index, 'podAffinityTerm'])),
  ]
}

function keyMistakes(key: string, path: Path): Mistake[] {
  const why = qualifiedName(key)
  // An empty one breaks every rule that there is.
  const more = key === '' ? qualifiedName(' ') : undefined
  return [
    ...(key === '' ? [required(path, 'can not be empty')] : []),
    ...[why, more].flatMap(one => (one === undefined ? [] : [invalid(path, key, one)])),
  ]
}

function weightMistakes(weighed: readonly {readonly weight: number}[], path: Path): Mistake[] {
  return weighed.flatMap(({weight}, index) =>
    weight >= 1 && weight <= 100 ? [] : [invalid([...path, index, 'weight'], weight, 'must be in the range 1-100')],
  )
}
