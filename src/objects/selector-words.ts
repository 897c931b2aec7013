import {labelValue, qualifiedName} from './format.ts'
import type {LabelSelectorRequirement} from './label-selector.ts'

/**
 * What the API server says of a label selector that it cannot read. It reads word by word, and tells which word it did not expect:
 *
 *   selector    = requirement {"," requirement}
 *   requirement = ["!"] key | key ("=" | "==" | "!=" | "gt" | "lt") value | key ("in" | "notin") "(" [value] {"," [value]} ")"
 */
export class SelectorError extends Error {
  override readonly name = 'SelectorError'
}

export type Words = {readonly peek: () => string; readonly next: () => string}

/** The words of a selector, one after the other; "" at its end. */
export function wordsOf(text: string): Words {
  const words = text.match(/==|!=|[=!(),<>]|[^\s=!(),<>]+/g) ?? []
  let at = 0
  return {peek: () => words[at] ?? '', next: () => words[at++] ?? ''}
}

const symbols = new Set(['', '=', '==', '!=', '!', '(', ')', ',', '<', '>'])

export function isName(word: string): boolean {
  return !symbols.has(word)
}

export function unexpected(word: string, expected: string): SelectorError {
  return new SelectorError(`unable to parse requirement: found '${word}', ${expected}`)
}

/** The requirement, when its key and values may be those of labels. */
export function checked(requirement: LabelSelectorRequirement): LabelSelectorRequirement {
  const {key, values = []} = requirement
  const wrong = (field: string, value: string, why: string) =>
    new SelectorError(`unable to parse requirement: ${field}: Invalid value: ${JSON.stringify(value)}: ${why}`)
  const badKey = qualifiedName(key)
  if (badKey !== undefined) throw wrong('key', key, badKey)
  for (const [index, value] of values.entries()) {
    const why = labelValue(value)
    if (why !== undefined) throw wrong(`values[${index}][${key}]`, value, why)
  }
  return requirement
}

/** Comparing numbers is for the labels of nodes, in a pod's affinity. */
export function notCompared(value: string): SelectorError {
  const why = /^-?\d+$/.test(value)
    ? "podlab does not compare labels in selectors; use 'in'"
    : "for 'Gt', 'Lt' operators, the value must be an integer"
  return new SelectorError(`unable to parse requirement: values[0]: Invalid value: ${JSON.stringify(value)}: ${why}`)
}
