import {integer, listBy, oneOf, record, type Schema, string} from './schema.ts'
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
  readonly lastUpdateTime?: string
  readonly observedGeneration?: number
}

/** The conditions of any kind's status. */
export const conditionsSchema: Schema = listBy(
  ['type'],
  record(
    {
      type: string,
      status: oneOf('True', 'False', 'Unknown'),
      reason: string,
      message: string,
      lastProbeTime: string,
      lastHeartbeatTime: string,
      lastTransitionTime: string,
      lastUpdateTime: string,
      observedGeneration: integer(0, Number.MAX_SAFE_INTEGER),
    },
    ['type', 'status'],
  ),
)

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
