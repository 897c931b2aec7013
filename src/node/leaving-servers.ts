import {keepingLeaving, newlyLeaving, withoutDone} from '../kernel/ipvs/leaving.ts'
import {thoseLeavingIn} from '../kernel/ipvs/parts.ts'
import type {IpvsConnections, IpvsPlan} from '../kernel/ipvs/table.ts'
import type {PacketPlan} from './plan.ts'

/** Plans whose virtual servers keep, at weight 0, what they had of real servers before: `keepingLeaving`. */
export function keepingLeavers(before: IpvsPlan | undefined, plans: readonly PacketPlan[]): readonly PacketPlan[] {
  if (before === undefined) return plans
  return plans.map(plan => (plan.backend === 'ipvs' ? keepingLeaving(before, plan) : plan))
}

/** The same without those whose connections have ended; undefined when none have. */
export function withoutLeavers(
  plans: readonly PacketPlan[],
  connections: IpvsConnections,
): readonly PacketPlan[] | undefined {
  const next = plans.map(plan => (plan.backend === 'ipvs' ? withoutDone(plan, connections) : plan))
  return next.some((plan, at) => plan !== plans[at]) ? next : undefined
}

/** The virtual servers from which anybody is leaving. */
export function leaversIn(plans: readonly PacketPlan[]): readonly string[] {
  const servers = serversIn(plans)
  return servers === undefined ? [] : Object.keys(thoseLeavingIn(servers))
}

/** Whether anybody is leaving. */
export function haveLeavers(plans: readonly PacketPlan[]): boolean {
  return leaversIn(plans).length > 0
}

/** Virtual servers from which somebody leaves that has not before. */
export function newLeavers(before: readonly PacketPlan[], plans: readonly PacketPlan[]): readonly string[] {
  const servers = serversIn(plans)
  return servers === undefined ? [] : newlyLeaving(serversIn(before), servers)
}

/** What plans want of ip_vs; nothing where no plan does. */
export function serversIn(plans: readonly PacketPlan[]): IpvsPlan | undefined {
  return plans.find(plan => plan.backend === 'ipvs')
}
