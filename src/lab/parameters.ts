import {z} from 'zod'
import {suggestion} from '../objects/nearest.ts'
import {type Mistake, mistakeOf} from './lab-error.ts'
import {describe, type Fault, isMapping, mapping, readShape} from './shape.ts'

/** What may be put in place of `${NAME}`. */
export type ParameterValue = string | number | boolean

/** A parameter of a lab: its default, whose type is that of every other value, and what else may be given. */
export type Parameter = {
  readonly default: ParameterValue
  readonly description?: string | undefined
  readonly oneOf?: readonly ParameterValue[] | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** `NAME=VALUE`, as `--set` was given it. */
export type Setting = {readonly name: string; readonly text: string}

/*
 * A text is one word that means nothing to YAML, to a shell or to the splitting of a command line, wherever it is put: whoever gives
 * the value cannot add a key, an argument or a command to what the lab's author wrote. Nor an option: it does not begin with "-".
 */
const word = /^[A-Za-z0-9/][A-Za-z0-9._:/@%+-]{0,252}$/
const wordForm = 'one word of letters, digits and ._:/@%+- that begins with a letter, a digit or /'

const scalars = [z.string().regex(word, `expected ${wordForm}`), z.number(), z.boolean()] as const
const value = z.union(scalars, {error: 'expected a number, true or false, or a text'})
const preset = z.union(scalars, {error: 'expected a default: a number, true or false, or a text'})

const written = z.union(
  [
    preset,
    mapping({
      default: preset.describe('Its type is that of every other value'),
      description: z.string().min(1).optional().describe('What it is for'),
      oneOf: z.array(value).min(1).optional().describe('The values that there are'),
      min: z.number().optional().describe('The least number'),
      max: z.number().optional().describe('The greatest number'),
    }),
  ],
  {error: 'expected a default, or a mapping with default, description, oneOf, min and max'},
)

/** What a parameter may be called. */
export const parameterName = /^[a-z][A-Za-z0-9]{0,39}$/

/** `parameters:` of a lab file. */
export const parametersSchema = z.record(
  z.string().regex(parameterName, 'expected a letter in lower case, then letters and digits, like pods'),
  written,
)

/** The parameters that are declared well, by name. */
export function readParameters(section: unknown): ReadonlyMap<string, Parameter> {
  const entries = Object.entries(isMapping(section) ? section : {})
  return new Map(
    entries.flatMap(([name, declared]) => {
      const read = readShape(written, declared)
      if (!read.ok || !parameterName.test(name)) return []
      return [[name, typeof read.value === 'object' ? read.value : {default: read.value}] as const]
    }),
  )
}

/** Defaults that their own limits forbid. */
export function defaultFaults(parameters: ReadonlyMap<string, Parameter>): readonly Fault[] {
  return [...parameters].flatMap(([name, parameter]) => {
    const why = refusal(parameter, parameter.default)
    return why === undefined ? [] : [{path: ['parameters', name, 'default'], message: `the default: ${why}`}]
  })
}

/** The value of every parameter: the one that was given last, or the default; and what is wrong with what was given. */
export function valuesOf(
  parameters: ReadonlyMap<string, Parameter>,
  settings: readonly Setting[],
): {readonly values: ReadonlyMap<string, ParameterValue>; readonly mistakes: readonly Mistake[]} {
  const values = new Map([...parameters].map(([name, parameter]) => [name, parameter.default]))
  const mistakes = settings.flatMap(({name, text}) => {
    const parameter = parameters.get(name)
    const what = `--set ${name}=${/^[\w./:-]*$/.test(text) ? text : JSON.stringify(text)}`
    if (parameter === undefined) return [mistakeOf(what, unknown(name, parameters.keys()), listOf(parameters))]
    const read = readAs(parameter.default, text)
    const why = read === undefined ? `expected ${formOf(parameter.default)}` : refusal(parameter, read)
    if (why !== undefined) return [mistakeOf(what, why, listOf(new Map([[name, parameter]])))]
    if (read !== undefined) values.set(name, read)
    return []
  })
  return {values, mistakes}
}

/** `no parameter is named pod; did you mean "pods"?` */
export function unknown(name: string, known: Iterable<string>): string {
  const meant = suggestion(name, known)
  return `no parameter is named ${name}${meant ? `; ${meant}` : ''}`
}

/** The parameters that there are, for people. */
export function listOf(parameters: ReadonlyMap<string, Parameter>): string {
  if (parameters.size === 0) return 'the lab has no parameters'
  const lines = [...parameters].map(([name, parameter]) => `${name}=${parameter.default}${limitsOf(parameter)}`)
  return `parameters here: ${lines.join(', ')}`
}

function readAs(like: ParameterValue, text: string): ParameterValue | undefined {
  switch (typeof like) {
    case 'number': {
      const form = Number.isInteger(like) ? /^-?\d{1,15}$/ : /^-?\d{1,15}(\.\d{1,15})?$/
      return form.test(text) ? Number(text) : undefined
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : undefined
    case 'string':
      return word.test(text) ? text : undefined
  }
}

function formOf(like: ParameterValue): string {
  if (typeof like === 'number') return Number.isInteger(like) ? 'a whole number' : 'a number'
  return typeof like === 'boolean' ? 'true or false' : wordForm
}

function refusal({oneOf, min, max}: Parameter, value: ParameterValue): string | undefined {
  if (oneOf && !oneOf.includes(value)) return `expected ${oneOf.join(' or ')}, not ${describe(value)}`
  if (min !== undefined && Number(value) < min) return `must be at least ${min}`
  return max !== undefined && Number(value) > max ? `must be at most ${max}` : undefined
}

function limitsOf({oneOf, min, max}: Parameter): string {
  if (oneOf) return ` (${oneOf.join(' or ')})`
  if (min === undefined && max === undefined) return ''
  return ` (${[min === undefined ? '' : `from ${min}`, max === undefined ? '' : `to ${max}`].join(' ').trim()})`
}
