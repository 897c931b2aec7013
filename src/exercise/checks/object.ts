import {isDeepStrictEqual} from 'node:util'
import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {namespace, objectReference, pattern} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {inNamespace, typedCommand} from '../command.ts'
import {parseFieldPath, valuesAt} from '../field-path.ts'

const form = parameters({
  of: objectReference.describe('KIND/NAME, like endpoints/kubia'),
  namespace,
  path: checked(parseFieldPath, 'subsets[*].addresses[*].ip')
    .optional()
    .describe('A field; [*] is every item of a list'),
  equals: z.json().optional().describe('The value; of several, every one'),
  matches: pattern.optional(),
  count: z.int().min(0).optional().describe('How many values there are; of one list, how many items'),
}).refine(
  ({path, equals, matches, count}) => path !== undefined || [equals, matches, count].every(rule => rule === undefined),
  'equals, matches and count need the path of a field',
)

type Parameters = z.infer<typeof form>

/** A field of an object of the cluster, waited for. Without a path: the object is there. */
export const object: Check<Parameters> = {
  summary: 'An object of the cluster has a field with a value',
  parameters: form,
  targets: [],
  again: 'after a change',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle): Promise<Finding> {
  const {of, namespace} = wanted
  const found = await lab.get({...of, namespace})
  const values = found === undefined || wanted.path === undefined ? [] : valuesAt(found, parseFieldPath(wanted.path))
  return {
    holds: found !== undefined && isAsWanted(values, wanted),
    seen: found === undefined ? `there is no ${of.kind} ${of.name}` : shown(values, wanted.path),
    command: typedCommand(lab, 'get', [of.kind.toLowerCase(), of.name, ...inNamespace(namespace), '-o', 'yaml']),
  }
}

function isAsWanted(values: readonly unknown[], {path, equals, matches, count}: Parameters): boolean {
  if (path === undefined) return true
  const [only] = values
  const items = values.length === 1 && Array.isArray(only) ? only : values
  if (count !== undefined && items.length !== count) return false
  if (count === undefined && values.length === 0) return false
  if (equals !== undefined && !values.every(value => isDeepStrictEqual(value, equals))) return false
  return matches === undefined || values.every(value => new RegExp(matches, 'm').test(textOf(value)))
}

function shown(values: readonly unknown[], path: string | undefined): string {
  if (path === undefined) return 'it is there'
  return values.length === 0 ? `nothing at ${path}` : values.map(textOf).join(', ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function expectation({of, path, equals, matches, count}: Parameters): string {
  const rules = [
    ...(count === undefined ? [] : [`${count} of them`]),
    ...(equals === undefined ? [] : [`equal to ${textOf(equals)}`]),
    ...(matches === undefined ? [] : [`like /${matches}/`]),
  ]
  const what = path === undefined ? `${of.kind} ${of.name}` : `${path} of ${of.kind} ${of.name}`
  return [what, ...(rules.length > 0 ? rules : ['is there'])].join(', ')
}
