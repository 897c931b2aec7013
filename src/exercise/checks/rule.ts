import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {parseNftTable} from '../../kernel/nftables/parse.ts'
import {pattern, target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {glimpse, type Limits, typed} from '../command.ts'
import {placeOf} from '../places.ts'

const form = parameters(
  {
    in: target.describe("The node whose rules are read; a pod's namespace has rules too"),
    table: z
      .union([z.enum(['nat', 'filter', 'mangle', 'raw']), z.string().regex(/^(ip|ip6|inet|bridge) \S+$/)], {
        error: 'expected nat, filter, mangle or raw, or a table of nftables with its family, like "ip kube-proxy"',
      })
      .default('nat')
      .describe('A table of iptables; or of nftables, with its family: `ip kube-proxy`'),
    chain: z
      .string()
      .min(1)
      .optional()
      .describe('Only rules of this chain; of nftables also elements of this map or set'),
    contains: z
      .union([z.string(), z.array(z.string())], {error: 'expected a text, or a list of texts'})
      .transform(texts => [texts].flat())
      .optional()
      .describe('Texts that the rule holds, all of them, as iptables-save or nft prints it'),
    matches: pattern.optional(),
  },
  '5s',
).refine(
  ({chain, contains, matches}) => chain !== undefined || contains !== undefined || matches !== undefined,
  'this would pass with any rule; say a chain, contains or matches',
)

type Parameters = z.infer<typeof form>

/** A rule of iptables or nftables that is there, or is not. */
export const rule: Check<Parameters> = {
  summary: 'iptables or nftables has a rule',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const [family = '', name] = wanted.table.split(' ')
  const argv = name === undefined ? ['iptables-save', '-t', family] : ['nft', 'list', 'table', family, name]
  const {code, stdout, stderr} = await lab.exec(place, argv, limits)
  const {rules, isThere} = (name === undefined ? ofIptables : ofNftables)(code === 0 ? stdout : '', wanted.chain)
  const found = rules.filter(line => isWanted(line, wanted))
  const seen = code === 0 ? shown(found, {rules, isThere, chain: wanted.chain}) : glimpse(stderr) || `code ${code}`
  // A table of nftables that is not there has no rule, either.
  const isMissing = name !== undefined && stderr.includes('No such file or directory')
  return {holds: code === 0 || isMissing ? found.length > 0 : undefined, seen, command: typed(lab, place, argv)}
}

type Rules = {readonly rules: readonly string[]; readonly isThere: boolean}

function ofIptables(saved: string, chain: string | undefined): Rules {
  const lines = saved.split('\n')
  const rules = lines.filter(line => line.startsWith(chain === undefined ? '-A ' : `-A ${chain} `))
  return {rules, isThere: lines.some(line => line.startsWith(`:${chain} `))}
}

/** The lines of chains, and the elements of maps and sets, each as `{ KEY : VALUE }`. */
function ofNftables(listed: string, wanted: string | undefined): Rules {
  if (listed === '') return {rules: [], isThere: false}
  const {chains, maps, sets} = parseNftTable(listed)
  const all: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ...Object.entries(chains).map(([name, {rules}]) => [name, rules] as const),
    ...Object.entries(maps).map(([name, {elements}]) => [name, Object.entries(elements).map(elementLine)] as const),
    ...Object.entries(sets).map(([name, {elements}]) => [name, elements.map(element => `{ ${element} }`)] as const),
  ]
  const chosen = all.filter(([name]) => wanted === undefined || name === wanted)
  return {rules: chosen.flatMap(([, lines]) => lines), isThere: chosen.length > 0}
}

function elementLine([key, {value}]: readonly [string, {readonly value: string}]): string {
  return `{ ${key} : ${value} }`
}

function isWanted(line: string, {contains = [], matches}: Parameters): boolean {
  return contains.every(text => line.includes(text)) && (matches === undefined || new RegExp(matches).test(line))
}

function shown(found: readonly string[], {rules, isThere, chain}: Rules & {chain: string | undefined}): string {
  if (found.length > 0) return glimpse(found.join('\n'))
  if (chain === undefined) return `no such rule among ${rules.length}`
  if (rules.length > 0) return `in ${chain} only:\n${glimpse(rules.join('\n'))}`
  return isThere ? `the chain ${chain} is empty` : `there is no chain ${chain}`
}

function expectation({in: place, table, chain, contains = [], matches}: Parameters): string {
  const how = [...contains.map(text => `with "${text}"`), ...(matches === undefined ? [] : [`like /${matches}/`])]
  return [`a rule in ${place}, table ${table}`, ...(chain ? [`chain ${chain}`] : []), ...how].join(', ')
}
