import type {IptablesChain, IptablesRule, IptablesRuleset, IptablesTable} from '../ruleset.ts'
import {parseIptablesRule, printIptablesRule} from './rule.ts'
import {RulesetError} from './ruleset-error.ts'
import {kernelChains, tableNames} from './tables.ts'

/** What iptables-save prints, without its comment lines and with counters at zero; `iptables-restore` reads it back. */
export function printIptablesSave(ruleset: IptablesRuleset): string {
  return tableNames.flatMap(name => printTable(name, ruleset.tables[name])).join('')
}

function printTable(name: IptablesTable, table: Readonly<Record<string, IptablesChain>> | undefined): string[] {
  if (table === undefined) return []
  const chains = inPrintedOrder(name, table)
  const heads = chains.map(chain => `:${chain} ${table[chain]?.policy ?? '-'} [0:0]`)
  const rules = chains.flatMap(chain => (table[chain]?.rules ?? []).map(rule => printIptablesRule(chain, rule)))
  return [`*${name}`, ...heads, ...rules, 'COMMIT'].map(line => `${line}\n`)
}

/** The kernel's chains as a packet meets them, then all others by the bytes of their names. */
function inPrintedOrder(name: IptablesTable, table: Readonly<Record<string, IptablesChain>>): string[] {
  const own = Object.keys(table).filter(chain => !kernelChains[name].includes(chain))
  return [...kernelChains[name].filter(chain => chain in table), ...own.sort()]
}

type Chain = {policy?: 'ACCEPT' | 'DROP'; rules: IptablesRule[]}

/** Reads what iptables-save or ip6tables-save prints (either variant, without `-c`); throws RulesetError with the line that it cannot read. */
export function parseIptablesSave(text: string, family?: 'IPv6'): IptablesRuleset {
  const tables: Partial<Record<IptablesTable, Record<string, Chain>>> = {}
  let table: Record<string, Chain> | undefined
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    if (line === 'COMMIT') table = undefined
    else if (line.startsWith('*')) tables[tableName(line, index)] = table = {}
    else if (table === undefined) throw unreadable(line, index, 'no table is open')
    else readIntoTable(table, line, index)
  }
  return {backend: 'iptables', ...(family && {family}), tables}
}

function tableName(line: string, index: number): IptablesTable {
  const table = tableNames.find(name => line === `*${name}`)
  if (table === undefined) throw unreadable(line, index, `podlab knows the tables ${tableNames.join(', ')}`)
  return table
}

function readIntoTable(table: Record<string, Chain>, line: string, index: number): void {
  const [, name, policy] = /^:(\S+) (ACCEPT|DROP|-) \[\d+:\d+\]$/.exec(line) ?? []
  if (name !== undefined) {
    table[name] = policy === 'ACCEPT' || policy === 'DROP' ? {policy, rules: []} : {rules: []}
    return
  }
  if (!line.startsWith('-A ')) throw unreadable(line, index, 'expected a chain or a rule')
  const {chain, rule} = parseIptablesRule(line)
  const rules = table[chain]?.rules
  if (rules === undefined) throw unreadable(line, index, `chain ${chain} is not declared`)
  rules.push(rule)
}

function unreadable(line: string, index: number, why: string): RulesetError {
  return new RulesetError(`line ${index + 1} of iptables-save, "${line}": ${why}`)
}
