import type {
  IptablesChain,
  IptablesRule,
  RulesChange,
  RulesChangeTable,
  Ruleset,
  RulesPlan,
  RulesPlanTable,
} from '../ruleset.ts'
import {changeOf} from './change.ts'
import {chainsToCompare} from './parts.ts'
import {printSpecification, sameRules} from './rule.ts'

type Chains = Readonly<Record<string, IptablesChain>>
type Placed = {readonly chain: string; readonly rule: IptablesRule}

/** A full sync: what turns the rules that are there into those wanted. undefined when there is nothing to do. */
export function planChange(observed: Ruleset, wanted: RulesPlan): RulesChange | undefined {
  return changeOf(wanted, table => {
    const plan = wanted.tables[table] ?? {chains: {}, jumps: []}
    const isOwn = (chain: string) => chain in plan.chains || wanted.prefixes.some(prefix => chain.startsWith(prefix))
    return tableChange(observed.tables[table] ?? {}, plan, isOwn)
  })
}

function tableChange(chains: Chains, plan: RulesPlanTable, isOwn: (chain: string) => boolean): RulesChangeTable {
  const foreign = Object.entries(chains).filter(([chain]) => !isOwn(chain))
  const missing = plan.jumps.filter(jump => !holds(chains[jump.chain]?.rules ?? [], jump.rule))
  return {
    rewrite: chainsThatDiffer(plan.chains, chain => chains[chain]?.rules),
    remove: Object.keys(chains).filter(chain => isOwn(chain) && !(chain in plan.chains)),
    ...placed(missing),
    delete: foreign.flatMap(([chain, {rules}]) => {
      const wanted = plan.jumps.filter(jump => jump.chain === chain).map(jump => jump.rule)
      return strayRules(rules, wanted, isOwn).map(rule => ({chain, rule}))
    }),
  }
}

/** What the owner would not have put into a chain of others: jumps into its own chains that it does not want, or wants once. */
function strayRules(
  rules: readonly IptablesRule[],
  wanted: readonly IptablesRule[],
  isOwn: (chain: string) => boolean,
): IptablesRule[] {
  const left = new Set(wanted.map(printSpecification))
  const known = new Set(left)
  return rules.filter(rule => {
    const text = printSpecification(rule)
    if (known.has(text)) return !left.delete(text)
    return rule.target !== undefined && 'chain' in rule.target && isOwn(rule.target.chain)
  })
}

/**
 * A partial sync: the way from one plan to the next of the same owner, without a look at the kernel. Without a previous plan the
 * owner has no rules there yet. It is as quick as the change is small, and fails when somebody else removed what it builds on;
 * a full sync then repairs.
 */
export function planBetween(previous: RulesPlan | undefined, next: RulesPlan): RulesChange | undefined {
  return changeOf(next, table => {
    const before = previous?.tables[table] ?? empty
    const after = next.tables[table] ?? empty
    if (before === empty) return {rewrite: after.chains, remove: [], ...placed(after.jumps), delete: []}
    const [old, now] = chainsToCompare(before, after)
    return {
      rewrite: chainsThatDiffer(now, chain => old[chain]),
      remove: Object.keys(old).filter(chain => !(chain in now)),
      ...placed(without(after.jumps, before.jumps)),
      delete: without(before.jumps, after.jumps).map(({chain, rule}) => ({chain, rule})),
    }
  })
}

const empty: RulesPlanTable = {chains: {}, jumps: []}

function chainsThatDiffer(
  wanted: RulesPlanTable['chains'],
  rulesOf: (chain: string) => readonly IptablesRule[] | undefined,
): Record<string, readonly IptablesRule[]> {
  const entries = Object.entries(wanted).filter(([chain, rules]) => {
    const there = rulesOf(chain)
    return there === undefined || !sameRules(there, rules)
  })
  return Object.fromEntries(entries)
}

/** Where jumps are put. */
export function placed(jumps: RulesPlanTable['jumps']): Pick<RulesChangeTable, 'insert' | 'append'> {
  const at = (place: 'top' | 'bottom'): Placed[] =>
    jumps.filter(jump => jump.at === place).map(({chain, rule}) => ({chain, rule}))
  return {insert: at('top'), append: at('bottom')}
}

function holds(rules: readonly IptablesRule[], rule: IptablesRule): boolean {
  const text = printSpecification(rule)
  return rules.some(other => printSpecification(other) === text)
}

function without(jumps: RulesPlanTable['jumps'], others: RulesPlanTable['jumps']): RulesPlanTable['jumps'] {
  const texts = new Set(others.map(({chain, rule}) => `${chain} ${printSpecification(rule)}`))
  return jumps.filter(({chain, rule}) => !texts.has(`${chain} ${printSpecification(rule)}`))
}
