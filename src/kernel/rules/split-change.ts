import type {IptablesRule, RulesChange, RulesChangeTable} from '../ruleset.ts'
import {tableNames} from './tables.ts'

/**
 * iptables on nftables sends each COMMIT as one netlink message, and Linux takes no message larger than the socket's send buffer,
 * 208 KiB. Root in the machine's first user namespace may raise it; root in a user namespace may not, and gets "Message too long"
 * from 220 rules on (the largest kind that kube-proxy has; measured with iptables 1.8.9).
 */
const rulesPerMessage = 150

/** What a chain's declaration takes, measured in rules. */
export const chainWeight = 0.5

/**
 * The same change in steps that are small enough to be committed without privilege, to be applied one after the other. Each step
 * leaves a working set of rules: what is jumped to comes first, jumps from the kernel's chains follow, removals come last.
 */
export function splitChange(change: RulesChange, limit: number = rulesPerMessage): readonly RulesChange[] {
  return tableNames.flatMap(name => {
    const table = change.tables[name]
    return table === undefined
      ? []
      : pack(stepsOf(table, limit), limit).map(step => ({...change, tables: {[name]: step}}))
  })
}

/** A part that must not be divided, and how much of a message it takes. */
type Step = {readonly weight: number; readonly change: Partial<RulesChangeTable>}

function stepsOf(table: RulesChangeTable, limit: number): Step[] {
  const jumps = (['delete', 'insert', 'append'] as const).flatMap(kind =>
    table[kind].map(placed => ({weight: 1, change: {[kind]: [placed]}})),
  )
  return [
    ...targetsFirst(table.rewrite).flatMap(chain => chainSteps(chain, table.rewrite[chain] ?? [], limit)),
    ...jumps,
    ...table.remove.map(chain => ({weight: chainWeight, change: {rewrite: {[chain]: []}}})),
    ...table.remove.map(chain => ({weight: chainWeight, change: {remove: [chain]}})),
  ]
}

/** A chain that is too long for one step is filled in several. */
function chainSteps(chain: string, rules: readonly IptablesRule[], limit: number): Step[] {
  const room = Math.max(1, Math.floor(limit - chainWeight))
  const first = rules.slice(0, room)
  const rest = rules.slice(room).map(rule => ({weight: 1, change: {append: [{chain, rule}]}}))
  return [{weight: chainWeight + first.length, change: {rewrite: {[chain]: first}}}, ...rest]
}

/** The chains in an order in which each comes after all those that it jumps to. */
function targetsFirst(chains: RulesChangeTable['rewrite']): string[] {
  const seen = new Set<string>()
  const ordered: string[] = []
  const visit = (chain: string) => {
    if (seen.has(chain)) return
    seen.add(chain)
    for (const {target} of chains[chain] ?? [])
      if (target !== undefined && 'chain' in target && target.chain in chains) visit(target.chain)
    ordered.push(chain)
  }
  for (const chain of Object.keys(chains)) visit(chain)
  return ordered
}

function pack(steps: readonly Step[], limit: number): RulesChangeTable[] {
  const packed: {weight: number; steps: Step[]}[] = []
  for (const step of steps) {
    const last = packed.at(-1)
    if (last === undefined || last.weight + step.weight > limit) packed.push({weight: step.weight, steps: [step]})
    else {
      last.weight += step.weight
      last.steps.push(step)
    }
  }
  return packed.map(({steps: members}) => merge(members.map(({change}) => change)))
}

function merge(changes: readonly Partial<RulesChangeTable>[]): RulesChangeTable {
  return {
    rewrite: Object.assign({}, ...changes.map(({rewrite}) => rewrite)),
    remove: changes.flatMap(({remove}) => remove ?? []),
    insert: changes.flatMap(({insert}) => insert ?? []),
    append: changes.flatMap(({append}) => append ?? []),
    delete: changes.flatMap(change => change.delete ?? []),
  }
}
