import {differenceOf, lazily} from '../parts.ts'
import type {RulesPlanTable} from '../ruleset.ts'

type Chains = RulesPlanTable['chains']

/** Chains that several Services have their rules in, and those of each Service; no chain is in two of them. */
type Parts = {readonly shared: Chains; readonly own: readonly Chains[]}

/**
 * A table whose chains come in parts. It is a table like any other, but put together only when somebody asks for its chains; the way from one such
 * table to the next does not.
 */
export function tableOfParts({jumps, ...parts}: Parts & Pick<RulesPlanTable, 'jumps'>): RulesPlanTable {
  const whole = lazily(() => {
    const chains = {...parts.shared}
    for (const part of parts.own) Object.assign(chains, part)
    return chains
  })
  const table: RulesPlanTable = {
    get chains() {
      return whole()
    },
    jumps,
  }
  partsOf.set(table, parts)
  return table
}

const partsOf = new WeakMap<RulesPlanTable, Parts>()

/** The chains in which two tables may differ: of each all that it has, but the parts that are in both. */
export function chainsToCompare(before: RulesPlanTable, after: RulesPlanTable): readonly [Chains, Chains] {
  const [old, now] = [partsOf.get(before), partsOf.get(after)]
  if (old === undefined || now === undefined) return [before.chains, after.chains]
  const difference = differenceOf(old.own, now.own)
  if (difference === undefined) return [before.chains, after.chains]
  return [Object.assign({}, old.shared, ...difference.gone), Object.assign({}, now.shared, ...difference.come)]
}
