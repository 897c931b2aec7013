import type {IptablesTable, RulesChange, RulesChangeTable, RulesPlan} from '../ruleset.ts'
import {printIptablesRule, printSpecification} from './rule.ts'
import {tableNames} from './tables.ts'

/** Puts the changes of a plan's tables together; undefined when there is none. */
export function changeOf(
  {family}: Pick<RulesPlan, 'family'>,
  changeTable: (table: IptablesTable) => RulesChangeTable,
): RulesChange | undefined {
  const changes = tableNames
    .map(table => [table, changeTable(table)] as const)
    .filter(([, {rewrite, remove, insert, append, delete: gone}]) =>
      [Object.keys(rewrite), remove, insert, append, gone].some(part => part.length > 0),
    )
  if (changes.length === 0) return undefined
  return {backend: 'iptables', ...(family && {family}), tables: Object.fromEntries(changes)}
}

/**
 * One input for `iptables-restore --noflush`, which commits each table as a whole or not at all. A declared chain is made,
 * or emptied if it exists: that is how a chain is rewritten, and how one to be removed lets go of all that it jumps to.
 * Chains can only be removed when nothing jumps to them any more, so they go last.
 */
export function printRulesChange(change: RulesChange): string {
  const lines: string[] = []
  for (const name of tableNames) {
    const table = change.tables[name]
    if (table === undefined) continue
    lines.push(`*${name}`)
    printTableChange(table, lines)
    lines.push('COMMIT')
  }
  return `${lines.join('\n')}\n`
}

/* Onto one list: a first sync has a hundred thousand lines. */
function printTableChange(table: RulesChangeTable, lines: string[]): void {
  const chains = Object.entries(table.rewrite)
  for (const [chain] of chains) lines.push(declared(chain))
  for (const chain of table.remove) lines.push(declared(chain))
  for (const [chain, rules] of chains) for (const rule of rules) lines.push(printIptablesRule(chain, rule))
  for (const {chain, rule} of table.delete) lines.push(`-D ${chain} ${printSpecification(rule)}`)
  for (const {chain, rule} of table.insert) lines.push(`-I ${chain} ${printSpecification(rule)}`)
  for (const {chain, rule} of table.append) lines.push(printIptablesRule(chain, rule))
  for (const chain of table.remove) lines.push(`-X ${chain}`)
}

function declared(chain: string): string {
  return `:${chain} - [0:0]`
}
