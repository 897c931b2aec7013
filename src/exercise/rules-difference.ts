import {applyRulesChange, emptyRuleset, planChange} from '../kernel/rules/iptables.ts'
import {printIptablesRule} from '../kernel/rules/rule.ts'
import {tableNames} from '../kernel/rules/tables.ts'
import type {IptablesChain, IptablesTable, Ruleset, RulesPlan} from '../kernel/ruleset.ts'
import {lineDifference} from './line-difference.ts'

/** What differs in one chain: lines that should be there (`-`) and lines that should not (`+`), in their order, as `diff` marks them. */
export type ChainDifference = {readonly table: IptablesTable; readonly chain: string; readonly lines: readonly string[]}

/** The rules that the plans of a node's components make of empty tables, written in their order. */
export function rulesetOf(plans: readonly RulesPlan[]): Ruleset {
  return plans.reduce<Ruleset>((ruleset, plan) => {
    const change = planChange(ruleset, plan)
    return change === undefined ? ruleset : applyRulesChange(ruleset, change)
  }, emptyRuleset)
}

/** Where the rules that are there differ from those wanted; chain by chain, in these tables. */
export function rulesDifference(
  wanted: Ruleset,
  present: Ruleset,
  tables: readonly IptablesTable[] = tableNames,
): readonly ChainDifference[] {
  return tables.flatMap(table => {
    const [before, after] = [wanted.tables[table] ?? {}, present.tables[table] ?? {}]
    const chains = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return chains.flatMap(chain => {
      const lines = lineDifference(linesOf(chain, before[chain]), linesOf(chain, after[chain]))
      return lines.length === 0 ? [] : [{table, chain, lines}]
    })
  })
}

/* A chain of the kernel's that nobody has touched is as good as none. */
function linesOf(chain: string, content: IptablesChain | undefined): readonly string[] {
  if (content === undefined) return []
  const {policy, rules} = content
  const head = policy === undefined ? [`-N ${chain}`] : policy === 'ACCEPT' ? [] : [`-P ${chain} ${policy}`]
  return [...head, ...rules.map(rule => printIptablesRule(chain, rule))]
}
