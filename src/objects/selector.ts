import {labelValue, qualifiedName} from './format.ts'
import type {LabelSelector, LabelSelectorRequirement} from './label-selector.ts'

/**
 * A choice by labels, all of which must hold:
 *
 *   selector    = requirement {"," requirement}
 *   requirement = key ("=" | "==" | "!=") value | key ("in" | "notin") "(" value {"," value} ")" | key | "!" key
 */
export type Selector = readonly LabelSelectorRequirement[]

/** A selector that cannot be read. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

/** Reads `app=kubia,tier!=x,env in (a,b),!key,key`; an empty text selects everything. */
export function parseSelector(text: string): Selector {
  if (text.trim() === '') return []
  return splitRequirements(text).map(part => parseRequirement(part.trim(), text))
}

/** The selector as text, which `parseSelector` reads back. */
export function printSelector(selector: Selector): string {
  return selector.map(printRequirement).join(',')
}

export function matches(selector: Selector, labels: Readonly<Record<string, string>> = {}): boolean {
  return selector.every(requirement => holds(requirement, labels))
}

/** The selector of an `apps` object. */
export function selectorOf({matchLabels = {}, matchExpressions = []}: LabelSelector): Selector {
  return [...selectorOfLabels(matchLabels), ...matchExpressions]
}

/** The selector that a service writes: labels that must be there. */
export function selectorOfLabels(labels: Readonly<Record<string, string>>): Selector {
  return Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({key, operator: 'In', values: [value]}))
}

function holds(
  {key, operator, values = []}: LabelSelectorRequirement,
  labels: Readonly<Record<string, string>>,
): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

/** At the commas that are not in parentheses. */
function splitRequirements(text: string): string[] {
  return text.split(/,(?![^(]*\))/)
}

const forms: readonly [RegExp, LabelSelectorRequirement['operator']][] = [
  [/^!\s*(?<key>[^\s!=(),]+)$/, 'DoesNotExist'],
  [/^(?<key>[^\s!=(),]+)$/, 'Exists'],
  [/^(?<key>[^\s!=(),]+)\s*!=\s*(?<values>[^\s!=(),]*)$/, 'NotIn'],
  [/^(?<key>[^\s!=(),]+)\s*==?\s*(?<values>[^\s!=(),]*)$/, 'In'],
  [/^(?<key>[^\s!=(),]+)\s+in\s*\((?<values>[^()!=]*)\)$/, 'In'],
  [/^(?<key>[^\s!=(),]+)\s+notin\s*\((?<values>[^()!=]*)\)$/, 'NotIn'],
]

function parseRequirement(part: string, whole: string): LabelSelectorRequirement {
  for (const [form, operator] of forms) {
    const groups = form.exec(part)?.groups
    if (groups?.key === undefined) continue
    const values = groups.values?.split(',').map(value => value.trim())
    const why = qualifiedName(groups.key) ?? values?.map(labelValue).find(wrong => wrong !== undefined)
    if (why !== undefined) throw unreadable(part, whole, why)
    return {key: groups.key, operator, ...(values && {values})}
  }
  throw unreadable(part, whole, 'expected KEY=VALUE, KEY!=VALUE, KEY in (A,B), KEY notin (A,B), KEY or !KEY')
}

function unreadable(part: string, whole: string, why: string): SelectorError {
  const where = part === whole.trim() ? '' : ` in "${whole}"`
  return new SelectorError(`unable to parse requirement: "${part}"${where}: ${why}`)
}

function printRequirement({key, operator, values = []}: LabelSelectorRequirement): string {
  switch (operator) {
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(',')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`
  }
}
