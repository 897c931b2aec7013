import {z} from 'zod'
import {mapping} from './shape.ts'

/** What a type of check tells the lab file: how it is written. What it does is the business of floor 5. */
export type CheckForm = {
  readonly summary: string
  readonly parameters: z.ZodType
  /** The parameters that hold a target, as `from` does in `from: pod/client`. */
  readonly targets: readonly string[]
}

type CheckForms = Readonly<Record<string, CheckForm>>

const titled = {
  title: z.string().min(1).optional().describe('What is true when this passes'),
  pass: z.string().min(1).optional().describe('A sentence for the report when it passes'),
  fail: z.string().min(1).optional().describe('A sentence for the report when it fails: what to look at'),
}

/** A check that is graded: title, points and exactly one type with its parameters. */
export function checkSchema(checks: CheckForms) {
  const points = z.int().min(0).max(1000).default(1).describe('What passing is worth')
  return exactlyOne(mapping({...titled, points, ...typesOf(checks)}), Object.keys(checks), 'check')
}

/** A check as a condition in a scenario, without points. */
export function conditionSchema(checks: CheckForms) {
  return exactlyOne(mapping({...titled, ...typesOf(checks)}), Object.keys(checks), 'check')
}

/** Adds that exactly one of `keys` stands in the mapping; `what` names what they are. */
export function exactlyOne<T extends z.ZodType<Readonly<Record<string, unknown>>>>(
  schema: T,
  keys: readonly string[],
  what: string,
) {
  return schema.check(context => {
    const present = keys.filter(key => context.value[key] !== undefined)
    const mistyped = present.length === 0 && context.issues.length > 0
    if (present.length === 1 || mistyped) return
    const message =
      present.length === 0
        ? `this says no ${what}; expected one of ${keys.join(', ')}`
        : `${present.join(' and ')} in one ${what}; write them as two`
    context.issues.push({code: 'custom', message, input: context.value, path: []})
  })
}

function typesOf(checks: CheckForms): Record<string, z.ZodOptional<z.ZodType>> {
  return Object.fromEntries(
    Object.entries(checks).map(([type, {parameters, summary}]) => [type, parameters.optional().describe(summary)]),
  )
}
