import {differenceOf, lazily, type Parts} from '../parts.ts'
import type {IptablesRule, RulesPlanTable} from '../ruleset.ts'

type Chains = RulesPlanTable['chains']

/** The chains of one Service, each with its rules. Pairs and no object: one with names that no other object has costs V8 as much as ten pairs. */
export type OwnChains = readonly (readonly [chain: string, rules: readonly IptablesRule[]])[]

/**
 * Chains that several Services have their rules in, and those of each Service. No chain is in two of them, and what is a Service's own leads to its own chains and to
 * shared ones only. The names of shared chains are known before any rule is.
 */
export type TableParts = {readonly names: readonly string[]; shared(): Chains; readonly own: Parts<OwnChains>}

/**
 * A table whose chains come in parts. It is a table like any other, but put together only when somebody asks for its chains; the way from one such
 * table to the next does not.
 */
export function tableOfParts({jumps, ...parts}: TableParts & Pick<RulesPlanTable, 'jumps'>): RulesPlanTable {
  const whole = lazily(() => together(parts.shared(), parts.own.all()))
  const table: RulesPlanTable = {
    get chains() {
      return whole()
    },
    jumps,
  }
  known.set(table, parts)
  return table
}

const known = new WeakMap<RulesPlanTable, TableParts>()

/** What a table is made of; undefined when it does not come in parts. */
export function partsOfTable(table: RulesPlanTable): TableParts | undefined {
  return known.get(table)
}

/** The chains in which two tables may differ: of each all that it has, but the parts that are in both. */
export function chainsToCompare(before: RulesPlanTable, after: RulesPlanTable): readonly [Chains, Chains] {
  const [old, now] = [known.get(before), known.get(after)]
  if (old === undefined || now === undefined) return [before.chains, after.chains]
  const difference = differenceOf(old.own.all(), now.own.all())
  if (difference === undefined) return [before.chains, after.chains]
  return [together(old.shared(), difference.gone), together(now.shared(), difference.come)]
}

function together(shared: Chains, own: readonly OwnChains[]): Chains {
  const chains: Record<string, readonly IptablesRule[]> = {...shared}
  for (const part of own) for (const [chain, rules] of part) chains[chain] = rules
  return chains
}
