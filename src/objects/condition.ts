import {timestamp} from './timestamp.ts'

/** One line of a status's `conditions`: what holds, since when, and why. */
export type Condition = {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastProbeTime?: string
  readonly lastHeartbeatTime?: string
  readonly lastTransitionTime?: string
}

/** The conditions with one of them said anew. Its transition time moves only when its status does. */
export function withCondition(
  conditions: readonly Condition[] = [],
  said: Condition,
  now: number,
): readonly Condition[] {
  const before = conditions.find(({type}) => type === said.type)
  const kept = before?.status === said.status ? before.lastTransitionTime : undefined
  const condition = {...said, lastTransitionTime: kept ?? timestamp(now)}
  return before ? conditions.map(other => (other === before ? condition : other)) : [...conditions, condition]
}
