import type {IptablesChain, IptablesTable} from '../ruleset.ts'

/** The tables in the order in which iptables-save prints them. */
export const tableNames: readonly IptablesTable[] = ['mangle', 'raw', 'filter', 'nat']

/** The chains that the kernel itself sends packets through, in the order in which iptables-save prints them. */
export const kernelChains: Readonly<Record<IptablesTable, readonly string[]>> = {
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  raw: ['PREROUTING', 'OUTPUT'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
}

/** A table as the kernel makes it on first use: its own chains, which accept everything. */
export function freshTable(table: IptablesTable): Record<string, IptablesChain> {
  return Object.fromEntries(kernelChains[table].map(chain => [chain, {policy: 'ACCEPT', rules: []}]))
}

/** A namespace in which nobody has used iptables yet. */
export const emptyRuleset = {backend: 'iptables', tables: {}} as const
