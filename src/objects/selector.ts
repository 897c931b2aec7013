import type {LabelSelector, LabelSelectorRequirement} from './label-selector.ts'
import {checked, isName, notCompared, SelectorError, unexpected, type Words, wordsOf} from './selector-words.ts'

/** A choice by labels, all of which must hold. */
export type Selector = readonly LabelSelectorRequirement[]

/** Reads `app=kubia,tier!=x,env in (a,b),!key,key`; an empty text selects everything. */
export function parseSelector(text: string): Selector {
  if (text.trim() === '') return []
  return readSelector(wordsOf(text))
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

/** Whether labels meet one requirement. */
export function holds(
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

function readSelector(words: Words): Selector {
  const found: LabelSelectorRequirement[] = []
  while (true) {
    const word = words.peek()
    if (!isName(word) && word !== '!')
      throw new SelectorError(`found '${word}', expected: !, identifier, or 'end of string'`)
    found.push(checked(readRequirement(words)))
    const after = words.next()
    if (after === '') return found
    if (after !== ',') throw new SelectorError(`found '${after}', expected: ',' or 'end of string'`)
    const more = words.peek()
    if (!isName(more) && more !== '!') throw new SelectorError(`found '${more}', expected: identifier after ','`)
  }
}

function readRequirement(words: Words): LabelSelectorRequirement {
  const absent = words.peek() === '!'
  if (absent) words.next()
  const key = words.next()
  if (!isName(key)) throw unexpected(key, 'expected: identifier')
  if (absent) return {key, operator: 'DoesNotExist'}
  if (words.peek() === '' || words.peek() === ',') return {key, operator: 'Exists'}
  const operator = words.next()
  switch (operator) {
    case '=':
    case '==':
      return {key, operator: 'In', values: [readValue(words)]}
    case '!=':
      return {key, operator: 'NotIn', values: [readValue(words)]}
    case 'in':
      return {key, operator: 'In', values: readValues(words)}
    case 'notin':
      return {key, operator: 'NotIn', values: readValues(words)}
    case '>':
    case '<':
      throw notCompared(readValue(words))
  }
  throw unexpected(operator, 'expected: in, notin, =, ==, !=, gt, lt')
}

/** Nothing is a value too: `key=`. */
function readValue(words: Words): string {
  const word = words.peek()
  if (word === '' || word === ',') return ''
  if (!isName(word)) throw unexpected(word, 'expected: identifier')
  return words.next()
}

function readValues(words: Words): readonly string[] {
  const open = words.next()
  if (open !== '(') throw new SelectorError(`unable to parse requirement: found '${open}' expected: '('`)
  const values: string[] = []
  while (true) {
    values.push(isName(words.peek()) ? words.next() : '')
    const after = words.next()
    if (after === ')') return values
    if (after !== ',') throw unexpected(after, "expected: ',' or ')'")
  }
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
