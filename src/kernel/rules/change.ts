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
  return tableNames
    .flatMap(name => {
      const table = change.tables[name]
      return table === undefined ? [] : [`*${name}`, ...printTableChange(table), 'COMMIT']
    })
    .map(line => `${line}\n`)
    .join('')
}

function printTableChange(table: RulesChangeTable): string[] {
  const chains = Object.entries(table.rewrite)
  return [
    ...[...chains.map(([chain]) => chain), ...table.remove].map(chain => `:${chain} - [0:0]`),
    ...chains.flatMap(([chain, rules]) => rules.map(rule => printIptablesRule(chain, rule))),
    ...table.delete.map(({chain, rule}) => `-D ${chain} ${printSpecification(rule)}`),
    ...table.insert.map(({chain, rule}) => `-I ${chain} ${printSpecification(rule)}`),
    ...table.append.map(({chain, rule}) => printIptablesRule(chain, rule)),
    ...table.remove.map(chain => `-X ${chain}`),
  ]
}
