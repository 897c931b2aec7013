import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {parseIptablesSave} from '../../kernel/rules/iptables.ts'
import {tableNames} from '../../kernel/rules/tables.ts'
import type {IptablesTable, Ruleset} from '../../kernel/ruleset.ts'
import {checked} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {parseTarget} from '../../lab/targets.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {glimpse, type Limits, typed} from '../command.ts'
import {NotThereError, placeOf} from '../places.ts'
import {type ChainDifference, rulesDifference, rulesetOf} from '../rules-difference.ts'

const form = parameters(
  {
    in: target.describe('The node whose tables are read'),
    table: z.enum(['nat', 'filter', 'mangle', 'raw']).optional().describe('One table; all when left out'),
    chain: z.string().min(1).optional().describe('Only this chain'),
    equals: checked(parseIptablesSave, '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n')
      .optional()
      .describe('What iptables-save should print, of its tables; what podlab itself has written when left out'),
  },
  '5s',
)

type Parameters = z.infer<typeof form>

/**
 * The rules of iptables of a node are those that podlab has written, or those of a text: nothing is missing, nothing was added. Tables of
 * nftables are not compared.
 */
export const rulesEqual: Check<Parameters> = {
  summary: "A node's rules of iptables are those that podlab wrote, or those given",
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: compareOnce,
}

async function compareOnce(wanted: Parameters, lab: LabHandle, {signal, timeoutMs}: Limits): Promise<Finding> {
  const {table, chain} = wanted
  const place = await placeOf(wanted.in, lab)
  const argv = ['iptables-save', ...(table === undefined ? [] : ['-t', table])]
  const command = typed(lab, place, argv)
  const {code, stdout, stderr} = await lab.exec(place, argv, {signal, timeoutMs})
  if (code !== 0) return {holds: undefined, seen: glimpse(stderr) || `code ${code}`, command}
  const right = await rightRules(wanted, lab)
  const all = rulesDifference(right, parseIptablesSave(stdout), tablesOf(wanted, right))
  const differences = all.filter(difference => chain === undefined || difference.chain === chain)
  return {holds: differences.length === 0, seen: show(differences), command}
}

/** A text that is given speaks of its own tables alone. */
function tablesOf({table, equals}: Parameters, {tables}: Ruleset): readonly IptablesTable[] {
  if (table !== undefined) return [table]
  return equals === undefined ? tableNames : tableNames.filter(name => name in tables)
}

async function rightRules({in: place, equals}: Parameters, lab: LabHandle): Promise<Ruleset> {
  if (equals !== undefined) return parseIptablesSave(equals)
  const form = parseTarget(place)
  if (form.kind === 'node') return rulesetOf(await lab.rules(form.name))
  throw new NotThereError(`podlab writes no rules into ${place}; say with equals what they should be`)
}

/** The chains that differ and how, in so many lines as people read. */
function show(differences: readonly ChainDifference[]): string {
  if (differences.length === 0) return 'no difference'
  const lines = differences.flatMap(({table, chain, lines}) => [
    `${table} ${chain}:`,
    ...lines.map(line => `  ${line}`),
  ])
  return `- is missing, + should not be there\n${glimpse(lines.join('\n'), 12)}`
}

function expectation({in: place, table, chain, equals}: Parameters): string {
  const which = [
    ...(table === undefined ? [] : [`of table ${table}`]),
    ...(chain === undefined ? [] : [`in chain ${chain}`]),
  ]
  const what = equals === undefined ? 'are those that podlab wrote' : 'are those given'
  return [`the rules of ${place}`, ...which, what].join(' ')
}
