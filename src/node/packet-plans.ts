import {nftChangeBetween} from '../kernel/nftables/change.ts'
import type {Op} from '../kernel/op.ts'
import {planBetween, planChange} from '../kernel/rules/iptables.ts'
import type {Ruleset, RulesPlan} from '../kernel/ruleset.ts'
import type {PacketPlan} from './plan.ts'

/** A change of what filters packets. */
export type PacketOp = Extract<Op, {readonly op: 'changeRules' | 'changeTable'}>

/** The way from one set of plans to the next, without a look at the kernel: what is new comes before what is old goes. */
export function packetOps(previous: readonly PacketPlan[], next: readonly PacketPlan[]): readonly PacketOp[] {
  return [...next, ...leavers(previous, next)].flatMap(plan =>
    stepTo(
      previous.find(one => isSame(one, plan)),
      plan,
    ),
  )
}

/**
 * The same, whatever has become of the rules that were written: iptables are compared with those there are, as `observe` finds them, tables
 * are made anew.
 */
export async function packetOpsInFull(
  previous: readonly PacketPlan[],
  next: readonly PacketPlan[],
  observe: (family?: 'IPv6') => Promise<Ruleset>,
): Promise<readonly PacketOp[]> {
  const plans = [...next, ...leavers(previous, next)]
  const observed = await observe()
  const observed6 = iptablesPlans(plans).some(({family}) => family) ? await observe('IPv6') : observed
  return plans.flatMap((plan): readonly PacketOp[] => {
    if (plan.backend === 'nftables') return stepTo(undefined, plan)
    const change = planChange(plan.family ? observed6 : observed, plan)
    return change ? [{op: 'changeRules', change}] : []
  })
}

/** Those that are rules of iptables. */
export function iptablesPlans(plans: readonly PacketPlan[]): readonly RulesPlan[] {
  return plans.flatMap(plan => (plan.backend === 'iptables' ? [plan] : []))
}

function stepTo(previous: PacketPlan | undefined, next: PacketPlan): readonly PacketOp[] {
  if (next.backend === 'nftables') {
    const change = nftChangeBetween(previous?.backend === 'nftables' ? previous : undefined, next)
    return change ? [{op: 'changeTable', change}] : []
  }
  const change = planBetween(previous?.backend === 'iptables' ? previous : undefined, next)
  return change ? [{op: 'changeRules', change}] : []
}

/** Plans of owners that want nothing any more in that way. */
function leavers(previous: readonly PacketPlan[], next: readonly PacketPlan[]): readonly PacketPlan[] {
  return previous.filter(plan => !next.some(one => isSame(one, plan))).map(emptied)
}

/** What one component has in one of the kernel's ways of filtering packets. */
function isSame(a: PacketPlan, b: PacketPlan): boolean {
  return a.backend === b.backend && a.owner === b.owner && a.family === b.family
}

/** Without any rule; all that the plan had is its own, and goes. */
function emptied(plan: PacketPlan): PacketPlan {
  if (plan.backend === 'nftables') return {...plan, table: undefined}
  const chains = Object.values(plan.tables).flatMap(table => Object.keys(table.chains))
  return {...plan, prefixes: [...plan.prefixes, ...chains], tables: {}}
}
