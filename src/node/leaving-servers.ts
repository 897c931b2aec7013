import {hasLeaving, withLeaving, withoutDone} from '../kernel/ipvs/leaving.ts'
import type {IpvsConnections, IpvsPlan, IpvsTable} from '../kernel/ipvs/table.ts'
import type {PacketPlan} from './plan.ts'

/** Plans whose virtual servers keep, at weight 0, what they had of real servers before: `withLeaving`. */
export function keepingLeavers(before: IpvsTable, plans: readonly PacketPlan[]): readonly PacketPlan[] {
  return plans.map(plan => (plan.backend === 'ipvs' ? {...plan, table: withLeaving(before, plan.table)} : plan))
}

/** The same without those whose connections have ended; undefined when none have. */
export function withoutLeavers(
  plans: readonly PacketPlan[],
  connections: IpvsConnections,
): readonly PacketPlan[] | undefined {
  const next = plans.map(plan =>
    plan.backend === 'ipvs' ? {...plan, table: withoutDone(plan.table, connections)} : plan,
  )
  const changed = next.some((plan, at) => plan.backend === 'ipvs' && plan.table !== (plans[at] as IpvsPlan).table)
  return changed ? next : undefined
}

/** Whether anybody is leaving. */
export function haveLeavers(plans: readonly PacketPlan[]): boolean {
  return plans.some(plan => plan.backend === 'ipvs' && hasLeaving(plan.table))
}

/** What plans want of ip_vs; nothing where no plan does. */
export function serversIn(plans: readonly PacketPlan[]): IpvsTable | undefined {
  return plans.find(plan => plan.backend === 'ipvs')?.table
}
