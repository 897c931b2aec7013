import {isDeepStrictEqual} from 'node:util'
import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked, mapping} from '../../lab/shape.ts'
import {namespace, objectReference, pattern} from '../../lab/step-schema.ts'
import type {Check, Verdict} from '../check.ts'
import {within} from '../duration.ts'
import {parseFieldPath, valuesAt} from '../field-path.ts'
import {watchUntil} from '../until.ts'

const parameters = mapping({
  of: objectReference.describe('KIND/NAME, like endpoints/kubia'),
  namespace,
  path: checked(parseFieldPath, 'subsets[*].addresses[*].ip')
    .optional()
    .describe('A field; [*] is every item of a list'),
  equals: z.json().optional().describe('The value; of several, every one'),
  matches: pattern.optional(),
  count: z.int().min(0).optional().describe('How many values there are; of one list, how many items'),
  not: z.boolean().default(false).describe('Passes when it is not so'),
  within: within('10s'),
}).refine(
  ({path, equals, matches, count}) => path !== undefined || [equals, matches, count].every(rule => rule === undefined),
  'equals, matches and count need the path of a field',
)

type Parameters = z.infer<typeof parameters>

/** A field of an object of the cluster, waited for. Without a path: the object is there. */
export const object: Check<Parameters> = {
  summary: 'An object of the cluster has a field with a value',
  parameters,
  targets: [],
  run: (wanted, lab, during) =>
    watchUntil(() => lookOnce(wanted, lab), {...during, lab, within: wanted.within, expected: expectation(wanted)}),
}

async function lookOnce(wanted: Parameters, lab: LabHandle): Promise<Verdict> {
  const {of, namespace} = wanted
  const found = await lab.get({...of, namespace})
  const values = found === undefined || wanted.path === undefined ? [] : valuesAt(found, parseFieldPath(wanted.path))
  const holds = found !== undefined && isAsWanted(values, wanted)
  return {
    pass: holds !== wanted.not,
    expected: expectation(wanted),
    seen: found === undefined ? `there is no ${of.kind} ${of.name}` : shown(values, wanted.path),
    command: `${lab.program} get ${of.kind.toLowerCase()} ${of.name}${namespace === 'default' ? '' : ` -n ${namespace}`} -o yaml`,
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

function expectation({of, path, equals, matches, count, not}: Parameters): string {
  const rules = [
    ...(count === undefined ? [] : [`${count} of them`]),
    ...(equals === undefined ? [] : [`equal to ${textOf(equals)}`]),
    ...(matches === undefined ? [] : [`like /${matches}/`]),
  ]
  const what = path === undefined ? `${of.kind} ${of.name}` : `${path} of ${of.kind} ${of.name}`
  return `${not ? 'not: ' : ''}${[what, ...(rules.length > 0 ? rules : ['is there'])].join(', ')}`
}
