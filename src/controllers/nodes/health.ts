import type {Condition} from '../../objects/condition.ts'
import type {Lease} from '../../objects/lease.ts'
import type {Node} from '../../objects/node.ts'
import {timestamp} from '../../objects/timestamp.ts'

/** So long a node that was heard of may keep silent, and one that is new, in milliseconds. */
const patience = {known: 40_000, fresh: 60_000}

/** When a node is given up unless it says something, in milliseconds since 1970. Nobody is given up for what nobody was there to hear. */
export function givenUpAt(node: Node, lease: Lease | undefined, since: number): number {
  const ready = readyOf(node)
  const signs = [node.metadata.creationTimestamp, ready?.lastHeartbeatTime, lease?.spec?.renewTime]
  const last = Math.max(since, ...signs.map(sign => Date.parse(sign ?? '') || 0))
  return last + (ready === undefined ? patience.fresh : patience.known)
}

/** The conditions of a node that keeps silent: whatever it has said of itself may be so no longer. */
export function unknownConditions({status}: Node, now: number): readonly Condition[] {
  const known = status?.conditions ?? []
  const missing = spoken.filter(type => !known.some(condition => condition.type === type))
  return [
    ...known.map(condition => (spoken.includes(condition.type) ? gone(condition, now) : condition)),
    ...missing.map(type => ({
      type,
      status: 'Unknown' as const,
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastTransitionTime: timestamp(now),
    })),
  ]
}

export function readyOf({status}: Node): Condition | undefined {
  return status?.conditions?.find(({type}) => type === 'Ready')
}

/* What a kubelet says of its node. */
const spoken = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

function gone(condition: Condition, now: number): Condition {
  if (condition.status === 'Unknown') return condition
  return {
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: timestamp(now),
  }
}
