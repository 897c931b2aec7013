import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {pattern, target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {glimpse, type Limits, typed} from '../command.ts'
import {placeOf} from '../places.ts'

const form = parameters(
  {
    in: target.describe("The node whose rules are read; a pod's namespace has rules too"),
    table: z.enum(['nat', 'filter', 'mangle', 'raw']).default('nat'),
    chain: z.string().min(1).optional().describe('Only rules of this chain'),
    contains: z
      .union([z.string(), z.array(z.string())], {error: 'expected a text, or a list of texts'})
      .transform(texts => [texts].flat())
      .optional()
      .describe('Texts that the rule holds, all of them, as iptables-save prints it'),
    matches: pattern.optional(),
  },
  '5s',
).refine(
  ({chain, contains, matches}) => chain !== undefined || contains !== undefined || matches !== undefined,
  'this would pass with any rule; say a chain, contains or matches',
)

type Parameters = z.infer<typeof form>

/** A rule of iptables that is there, or is not. */
export const rule: Check<Parameters> = {
  summary: 'iptables has a rule',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const argv = ['iptables-save', '-t', wanted.table]
  const {code, stdout, stderr} = await lab.exec(place, argv, limits)
  const lines = stdout.split('\n')
  const rules = lines.filter(line => line.startsWith(wanted.chain === undefined ? '-A ' : `-A ${wanted.chain} `))
  const found = rules.filter(line => isWanted(line, wanted))
  return {
    holds: code === 0 ? found.length > 0 : undefined,
    seen: code === 0 ? shown(found, {rules, lines, chain: wanted.chain}) : glimpse(stderr) || `code ${code}`,
    command: typed(lab, place, argv),
  }
}

function isWanted(line: string, {contains = [], matches}: Parameters): boolean {
  return contains.every(text => line.includes(text)) && (matches === undefined || new RegExp(matches).test(line))
}

type Table = {readonly rules: readonly string[]; readonly lines: readonly string[]; readonly chain: string | undefined}

function shown(found: readonly string[], {rules, lines, chain}: Table): string {
  if (found.length > 0) return glimpse(found.join('\n'))
  if (chain === undefined) return `no such rule among ${rules.length}`
  if (rules.length > 0) return `in ${chain} only:\n${glimpse(rules.join('\n'))}`
  return lines.some(line => line.startsWith(`:${chain} `))
    ? `the chain ${chain} is empty`
    : `there is no chain ${chain}`
}

function expectation({in: place, table, chain, contains = [], matches}: Parameters): string {
  const how = [...contains.map(text => `with "${text}"`), ...(matches === undefined ? [] : [`like /${matches}/`])]
  return [`a rule in ${place}, table ${table}`, ...(chain ? [`chain ${chain}`] : []), ...how].join(', ')
}
