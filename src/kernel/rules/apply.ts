import type {IptablesChain, IptablesRule, RulesChange, RulesChangeTable, Ruleset} from '../ruleset.ts'
import {printSpecification} from './rule.ts'
import {RulesetError} from './ruleset-error.ts'
import {freshTable, tableNames} from './tables.ts'

type Table = Record<string, IptablesChain>

/** The rules after a change, as `iptables-restore --noflush` leaves them; throws RulesetError for what the kernel refuses. */
export function applyRulesChange(ruleset: Ruleset, change: RulesChange): Ruleset {
  const changed = tableNames.flatMap(name => {
    const table = change.tables[name]
    return table === undefined ? [] : [[name, applyToTable(ruleset.tables[name] ?? freshTable(name), table)] as const]
  })
  return {...ruleset, tables: {...ruleset.tables, ...Object.fromEntries(changed)}}
}

function applyToTable(before: Readonly<Table>, change: RulesChangeTable): Table {
  const table: Table = {...before}
  for (const chain of change.remove) table[chain] = {rules: []}
  for (const [chain, rules] of Object.entries(change.rewrite)) table[chain] = {...table[chain], rules}
  for (const {chain, rule} of change.delete) edit(table, chain, rules => withoutFirst(rules, rule))
  for (const {chain, rule} of change.insert) edit(table, chain, rules => [rule, ...rules])
  for (const {chain, rule} of change.append) edit(table, chain, rules => [...rules, rule])
  for (const chain of change.remove) delete table[chain]
  refuseLooseJumps(table, change.remove)
  return table
}

function edit(table: Table, chain: string, change: (rules: readonly IptablesRule[]) => readonly IptablesRule[]): void {
  const there = table[chain]
  if (there === undefined) throw new RulesetError(`Chain '${chain}' does not exist`)
  table[chain] = {...there, rules: change(there.rules)}
}

function withoutFirst(rules: readonly IptablesRule[], rule: IptablesRule): readonly IptablesRule[] {
  const text = printSpecification(rule)
  const index = rules.findIndex(other => printSpecification(other) === text)
  if (index < 0) throw new RulesetError('Bad rule (does a matching rule exist in that chain?).')
  return rules.toSpliced(index, 1)
}

function refuseLooseJumps(table: Readonly<Table>, removed: readonly string[]): void {
  for (const {rules} of Object.values(table))
    for (const {target} of rules) {
      if (target === undefined || !('chain' in target) || target.chain in table) continue
      throw new RulesetError(
        removed.includes(target.chain)
          ? `CHAIN_DEL failed (Device or resource busy): chain ${target.chain}`
          : `Chain '${target.chain}' does not exist`,
      )
    }
}
