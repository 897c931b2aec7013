import type {IptablesRule, IptablesTable, RulesChange, RulesPlan, RulesPlanTable} from '../ruleset.ts'
import {changeOf} from './change.ts'
import {type OwnChains, partsOfTable} from './parts.ts'
import {placed, planBetween} from './plan-change.ts'
import {chainWeight, splitChange} from './split-change.ts'
import {tableNames} from './tables.ts'

/**
 * The way to a plan where nothing of it is yet: one change when it is small, and else steps of so many rules, each as soon as its rules are worked out. So the
 * first can be on its way to the kernel while the rest is planned; undefined is a pause between two Services, for who has something to do meanwhile.
 * What is shared (the chains that lead to all Services) comes after what is each Service's own, and jumps from the kernel's chains last.
 */
export function* stepsFromNothing(plan: RulesPlan, limit: number): Generator<RulesChange | undefined> {
  const tables = tableNames.flatMap(name => waitingIn(name, plan.tables[name]))
  const count = Math.max(0, ...tables.map(({own}) => own?.count ?? 0))
  for (let at = 0; at < count; at++) {
    for (const table of tables) yield* take(table, {plan, at, limit})
    if ((at + 1) % servicesAtOnce === 0) yield undefined
  }
  if (tables.some(({isBegun}) => isBegun)) yield* splitChange(restOf(plan, tables), limit)
  else {
    const whole = planBetween(undefined, plan)
    if (whole !== undefined) yield* sizeOf(whole) > limit ? splitChange(whole, limit) : [whole]
  }
}

/* A few milliseconds' work. */
const servicesAtOnce = 16

/** What of one table has been worked out and is not in a step yet. */
type Waiting = {
  readonly name: IptablesTable
  readonly table: RulesPlanTable
  readonly own: NonNullable<ReturnType<typeof partsOfTable>>['own'] | undefined
  chains: Record<string, readonly IptablesRule[]>
  weight: number
  isBegun: boolean
}

/* The chains that a Service's own lead to must be there: at first they are empty. */
function waitingIn(name: IptablesTable, table: RulesPlanTable | undefined): Waiting[] {
  if (table === undefined) return []
  const parts = partsOfTable(table)
  const chains = Object.fromEntries((parts?.names ?? []).map(chain => [chain, []]))
  return [{name, table, own: parts?.own, chains, weight: 0, isBegun: false}]
}

/* What one Service has in a table, and the step that is full without it. */
function* take(
  table: Waiting,
  {plan, at, limit}: {readonly plan: RulesPlan; readonly at: number; readonly limit: number},
): Generator<RulesChange> {
  if (table.own === undefined || at >= table.own.count) return
  const chains = table.own.at(at)
  const weight = weightOf(chains)
  if (table.weight > 0 && table.weight + weight > limit) {
    const step = changeWith(plan, table)
    yield* table.weight > limit ? splitChange(step, limit) : [step]
    Object.assign(table, {chains: {}, weight: 0, isBegun: true})
  }
  for (const [chain, rules] of chains) table.chains[chain] = rules
  table.weight += weight
}

function weightOf(chains: OwnChains): number {
  let weight = 0
  for (const [, rules] of chains) weight += chainWeight + rules.length
  return weight
}

function changeWith({family}: RulesPlan, {name, chains: rewrite}: Waiting): RulesChange {
  const table = {rewrite, remove: [], insert: [], append: [], delete: []}
  return {backend: 'iptables', ...(family && {family}), tables: {[name]: table}}
}

function restOf(plan: RulesPlan, tables: readonly Waiting[]): RulesChange {
  const rest = changeOf(plan, name => {
    const waiting = tables.find(one => one.name === name)
    const {chains = {}, jumps = []} = waiting?.table ? sharedOf(waiting) : {}
    return {rewrite: {...waiting?.chains, ...chains}, remove: [], ...placed(jumps), delete: []}
  })
  return rest ?? {backend: 'iptables', tables: {}}
}

function sharedOf({table}: Waiting): Partial<RulesPlanTable> {
  return {chains: partsOfTable(table)?.shared() ?? table.chains, jumps: table.jumps}
}

function sizeOf({tables}: RulesChange): number {
  let size = 0
  for (const {rewrite} of Object.values(tables)) for (const chain in rewrite) size += rewrite[chain]?.length ?? 0
  return size
}
