import {equal} from './equal.ts'
import {labelValue, qualifiedName} from './format.ts'
import type {LabelSelector} from './label-selector.ts'
import {invalidText, type Mistake, required} from './mistake.ts'
import {list, map, oneOf, record, type Schema, text} from './schema.ts'

export const labelsSchema = map(text(labelValue), qualifiedName)

export const labelSelectorSchema: Schema = record({
  matchLabels: labelsSchema,
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

const selectorPath = ['spec', 'selector']

/** A selector must be there and must not select everything; `word` is the kind in the API server's message. */
export function selectorMistakes(selector: LabelSelector | undefined, word: string): Mistake[] {
  if (selector === undefined) return [required(selectorPath)]
  const {matchLabels = {}, matchExpressions = []} = selector
  const empty = Object.keys(matchLabels).length + matchExpressions.length === 0
  return empty ? [invalidText(selectorPath, goSelector(selector), `empty selector is invalid for ${word}`)] : []
}

/** Whose pods an object owns may not change under it. */
export function selectorUpdateMistakes(
  {spec}: {readonly spec: {readonly selector?: LabelSelector}},
  {spec: before}: {readonly spec: {readonly selector?: LabelSelector}},
): Mistake[] {
  return equal(spec.selector, before.selector)
    ? []
    : [invalidText(selectorPath, goSelector(spec.selector ?? {}), 'field is immutable')]
}

/** The selector in Go's notation, as the API server's messages have it. */
export function goSelector({matchLabels, matchExpressions}: LabelSelector): string {
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
