import {keepingChains, withoutLeavingChains} from '../kernel/nftables/leaving.ts'
import type {PacketPlan} from './plan.ts'

/** Plans whose tables keep, empty, chains that would take long to delete: `keepingChains`. */
export function keepingEmptied(before: readonly PacketPlan[], plans: readonly PacketPlan[]): readonly PacketPlan[] {
  return plans.map(plan => {
    if (plan.backend !== 'nftables') return plan
    const same = before.flatMap(one => (one.backend === 'nftables' && one.family === plan.family ? [one] : []))
    return keepingChains(same[0], plan)
  })
}

/** The same without them. */
export function withoutEmptied(plans: readonly PacketPlan[]): readonly PacketPlan[] {
  return plans.map(plan => (plan.backend === 'nftables' && plan.leaving ? withoutLeavingChains(plan) : plan))
}

/** Whether there are any. */
export function haveEmptied(plans: readonly PacketPlan[]): boolean {
  return plans.some(plan => plan.backend === 'nftables' && plan.leaving !== undefined)
}
