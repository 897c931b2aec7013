import {equal} from './equal.ts'
import {type Format, labelValue, qualifiedName} from './format.ts'
import type {LabelSelector, LabelSelectorRequirement} from './label-selector.ts'
import {forbidden, invalidText, type Mistake, type Path, required} from './mistake.ts'
import {list, map, record, type Schema, text} from './schema.ts'

export const labelsSchema = map(text(labelValue), qualifiedName)

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist']

const operator: Format = word => (operators.includes(word) ? undefined : 'not a valid selector operator')

export const labelSelectorSchema: Schema = record({
  matchLabels: labelsSchema,
  matchExpressions: list(
    record(
      {
        key: text(qualifiedName),
        operator: text(operator),
        values: list(text(labelValue)),
      },
      ['key', 'operator'],
    ),
  ),
})

const selectorPath = ['spec', 'selector']

/** A selector must be there and must not select everything; `word` is the kind in the API server's message. */
export function selectorMistakes(selector: LabelSelector | undefined, word: string): Mistake[] {
  // What a DaemonSet without one is told is only that it does not select its pods.
  if (selector === undefined) return word === 'daemonset' ? [] : [required(selectorPath)]
  const {matchLabels = {}, matchExpressions = []} = selector
  const wrong = expressionMistakes({matchExpressions}, selectorPath)
  if (wrong.length > 0) return [...wrong, ...unreadable(selector, word)]
  const empty = Object.keys(matchLabels).length + matchExpressions.length === 0
  return empty ? [invalidText(selectorPath, goSelector(selector), `empty selector is invalid for ${word}`)] : []
}

/** `In` and `NotIn` need values to compare with, `Exists` and `DoesNotExist` have no use for any. */
export function expressionMistakes({matchExpressions = []}: LabelSelector, place: Path): Mistake[] {
  return matchExpressions.flatMap((requirement, index) =>
    valuesMistakes(requirement, [...place, 'matchExpressions', index, 'values']),
  )
}

function valuesMistakes({operator, values = []}: LabelSelectorRequirement, path: Path): Mistake[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length === 0 ? [required(path, "must be specified when `operator` is 'In' or 'NotIn'")] : []
    case 'Exists':
    case 'DoesNotExist':
      return values.length > 0
        ? [forbidden(path, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
        : []
  }
}

function unreadable(selector: LabelSelector, word: string): Mistake[] {
  if (word === 'daemonset') return []
  if (word === 'statefulset') return [{path: selectorPath, message: `Invalid value: ${goSelector(selector)}`}]
  return [invalidText(selectorPath, goSelector(selector), 'invalid label selector')]
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
    ({key, operator, values}) =>
      `v1.LabelSelectorRequirement{Key:${quote(key)}, Operator:"${operator}", Values:[]string${values ? `{${values.map(quote).join(', ')}}` : '(nil)'}}`,
  )
  const labelsText = matchLabels ? `map[string]string{${pairs.join(', ')}}` : 'map[string]string(nil)'
  const listed = matchExpressions ? `{${requirements.join(', ')}}` : '(nil)'
  return `v1.LabelSelector{MatchLabels:${labelsText}, MatchExpressions:[]v1.LabelSelectorRequirement${listed}}`
}
