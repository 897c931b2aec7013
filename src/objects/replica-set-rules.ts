import {conditionsSchema} from './condition.ts'
import {equal} from './equal.ts'
import {labelValue, qualifiedName} from './format.ts'
import type {LabelSelector} from './label-selector.ts'
import {invalid, invalidText, type Mistake, notSupported, required} from './mistake.ts'
import {podSpecDefaults, podSpecMistakes, podSpecSchema} from './pod-rules.ts'
import type {ReplicaSet} from './replica-set.ts'
import {anything, integer, list, map, oneOf, record, type Schema, string, text, unsupported} from './schema.ts'
import {matches, selectorOf} from './selector.ts'

const labels = map(text(labelValue), qualifiedName)

export const labelSelectorSchema: Schema = record({
  matchLabels: labels,
  matchExpressions: list(
    record(
      {
        key: text(qualifiedName),
        operator: oneOf('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: list(text(labelValue)),
      },
      ['key', 'operator'],
    ),
  ),
})

const templateSchema = record(
  {
    metadata: record({name: string, labels, annotations: map(string, qualifiedName), creationTimestamp: anything}),
    spec: podSpecSchema,
  },
  ['spec'],
)

export const replicaSetFields: Readonly<Record<string, Schema>> = {
  spec: record(
    {
      replicas: integer(0),
      minReadySeconds: unsupported('minReadySeconds'),
      selector: labelSelectorSchema,
      template: templateSchema,
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
  const {spec} = replicaSet
  const templateLabels = spec?.template?.metadata?.labels
  if (apiVersion !== 'extensions/v1beta1' || spec.selector !== undefined || templateLabels === undefined)
    return replicaSet
  return {...replicaSet, spec: {...spec, selector: {matchLabels: templateLabels}}}
}

export function replicaSetDefaults(replicaSet: ReplicaSet): ReplicaSet {
  const {spec} = replicaSet
  const template = {...spec.template, spec: podSpecDefaults(spec.template.spec)}
  return {...replicaSet, spec: {...spec, replicas: spec.replicas ?? 1, template}}
}

export function replicaSetMistakes({spec}: ReplicaSet): Mistake[] {
  const path = ['spec', 'template', 'spec']
  const {restartPolicy} = spec.template.spec
  return [
    ...replicaMistakes(spec.replicas),
    ...selectorMistakes(spec),
    ...podSpecMistakes(spec.template.spec, path),
    ...(restartPolicy === 'Always' ? [] : [notSupported([...path, 'restartPolicy'], restartPolicy, ['Always'])]),
  ]
}

function replicaMistakes(replicas = 1): Mistake[] {
  return replicas >= 0 ? [] : [invalid(['spec', 'replicas'], replicas, 'must be greater than or equal to 0')]
}

function selectorMistakes({selector, template}: Partial<ReplicaSet['spec']>): Mistake[] {
  if (selector === undefined) return [required(['spec', 'selector'])]
  const wanted = selectorOf(selector)
  if (wanted.length === 0)
    return [invalidText(['spec', 'selector'], goSelector(selector), 'empty selector is invalid for deployment')]
  const templateLabels = template?.metadata?.labels ?? {}
  return matches(wanted, templateLabels)
    ? []
    : [
        invalid(
          ['spec', 'template', 'metadata', 'labels'],
          templateLabels,
          '`selector` does not match template `labels`',
        ),
      ]
}

export function replicaSetUpdateMistakes({spec}: ReplicaSet, {spec: before}: ReplicaSet): Mistake[] {
  return equal(spec.selector, before.selector)
    ? []
    : [invalidText(['spec', 'selector'], goSelector(spec.selector), 'field is immutable')]
}

/** The selector in Go's notation, as the API server's messages have it. */
function goSelector({matchLabels, matchExpressions}: LabelSelector): string {
  const quote = (value: unknown) => JSON.stringify(value)
  const pairs = Object.entries(matchLabels ?? {})
    .toSorted()
    .map(([key, value]) => `${quote(key)}:${quote(value)}`)
  const requirements = (matchExpressions ?? []).map(
    ({key, operator, values = []}) =>
      `v1.LabelSelectorRequirement{Key:${quote(key)}, Operator:"${operator}", Values:[]string{${values.map(quote).join(', ')}}}`,
  )
  const labelsText = matchLabels ? `map[string]string{${pairs.join(', ')}}` : 'map[string]string(nil)'
  const listed = matchExpressions ? `{${requirements.join(', ')}}` : '(nil)'
  return `v1.LabelSelector{MatchLabels:${labelsText}, MatchExpressions:[]v1.LabelSelectorRequirement${listed}}`
}
