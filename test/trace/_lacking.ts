import {isDeepStrictEqual} from 'node:util'
import type {IpSets} from '../../src/kernel/ipset/set.ts'
import {printIptablesRule} from '../../src/kernel/rules/iptables.ts'
import type {PacketPlan} from '../../src/node/plan.ts'
import {TraceError} from '../../src/trace/trace-error.ts'

/** A plan with only those rules and entries whose texts are kept. */
export function withoutRules(plan: PacketPlan, keep: (text: string) => boolean): PacketPlan {
  if (plan.backend === 'nftables') {
    if (plan.table === undefined) return plan
    const chains = Object.entries(plan.table.chains).map(([name, chain]) => {
      return [name, {...chain, rules: chain.rules.filter(rule => keep(`${name} ${rule}`))}] as const
    })
    return {...plan, table: {...plan.table, chains: Object.fromEntries(chains)}}
  }
  if (plan.backend === 'ipvs')
    return {...plan, table: Object.fromEntries(Object.entries(plan.table).filter(([key]) => keep(key)))}
  if (plan.backend === 'ipset') return {...plan, sets: withoutEntries(plan.sets, keep)}
  const tables = Object.entries(plan.tables).map(([name, table]) => {
    const chains = Object.entries(table.chains).map(([chain, rules]) => {
      return [chain, rules.filter(rule => keep(printIptablesRule(chain, rule)))] as const
    })
    return [name, {...table, chains: Object.fromEntries(chains)}] as const
  })
  return {...plan, tables: Object.fromEntries(tables)}
}

function withoutEntries(sets: IpSets, keep: (text: string) => boolean): IpSets {
  return Object.fromEntries(
    Object.entries(sets).map(([name, set]) => [
      name,
      {...set, entries: set.entries.filter(entry => keep(`${name} ${entry}`))},
    ]),
  )
}

/** Whether a call ends as wanted. What a node does without a rule may be what the tracer refuses, too: a packet that goes round and round. */
export function isSame(outcome: () => unknown, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(outcome(), wanted)
  } catch (error) {
    if (error instanceof TraceError) return false
    throw error
  }
}
