import {z} from 'zod'
import {nearest} from '../objects/nearest.ts'
import type {Place} from './yaml-file.ts'

/** What is wrong with a value read from YAML, and where in it. */
export type Fault = Place & {readonly message: string; readonly hint?: string}

/** A mapping with these keys and no others; an unknown key is an error that lists the known ones. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  // The message carries the known keys to `unknownKeys` below: zod's issue itself does not name them.
  return z.strictObject(shape, {error: issue => (issue.code === 'unrecognized_keys' ? knownKeys(shape) : undefined)})
}

/** A text that a parser reads; what the parser throws is the error shown. */
export function parsed<T>(parse: (text: string) => T, example: string) {
  return z
    .string()
    .meta({examples: [example]})
    .transform((text, context) => {
      try {
        return parse(text)
      } catch (error) {
        context.addIssue({code: 'custom', message: error instanceof Error ? error.message : String(error)})
        return z.NEVER
      }
    })
}

/** As `parsed`, but the text itself stays the value. */
export function checked(parse: (text: string) => unknown, example: string) {
  return parsed(text => {
    parse(text)
    return text
  }, example)
}

/** The value as a schema reads it, or everything that is wrong with it. */
export function readShape<T>(
  schema: z.ZodType<T>,
  value: unknown,
): {readonly ok: true; readonly value: T} | {readonly ok: false; readonly faults: readonly Fault[]} {
  const result = schema.safeParse(value, {error: explain})
  return result.success ? {ok: true, value: result.data} : {ok: false, faults: result.error.issues.flatMap(faultsOf)}
}

/** A value as people call it: `the text "x"`, `a list`, `nothing`. */
export function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  return typeof value === 'string' ? `the text ${JSON.stringify(value)}` : `the ${typeof value} ${value}`
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function knownKeys(shape: object): string {
  return Object.keys(shape).join(', ')
}

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map(key => unknownKey(issue.path, key, issue.message))
  if (issue.code === 'invalid_key')
    return issue.issues.map(({message}) => ({path: issue.path.slice(0, -1), key: issue.path.at(-1), message}))
  if (issue.code !== 'invalid_union') return [{path: issue.path, message: issue.message}]
  const branch = issue.errors.find(errors => !errors.some(isOfAnotherType))
  if (branch === undefined) return [{path: issue.path, message: issue.message}]
  return branch.flatMap(faultsOf).map(fault => ({...fault, path: [...issue.path, ...fault.path]}))
}

function unknownKey(path: readonly PropertyKey[], key: string, known: string): Fault {
  const guess = nearest(key, known.split(', '))
  const meant = guess === undefined ? '' : `; did you mean "${guess}"?`
  return {path, key, message: `unknown key "${key}"${meant}`, hint: `known here: ${known}`}
}

function isOfAnotherType({code, path}: z.core.$ZodIssue): boolean {
  return code === 'invalid_type' && path.length === 0
}

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return mistyped(issue.expected, issue.input, issue.path ?? [])
    case 'invalid_value':
      return `expected ${issue.values.join(' or ')}, not ${describe(issue.input)}`
    case 'invalid_union':
      return `not expected here: ${describe(issue.input)}`
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'array') return `at most ${issue.maximum} of these`
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`
    default:
      return undefined
  }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

function mistyped(expected: string, input: unknown, path: readonly PropertyKey[]): string {
  const name = typeNames[expected] ?? expected
  if (input !== undefined) return `expected ${name}, not ${describe(input)}`
  return `"${String(path.at(-1))}" is missing; expected ${name}`
}
