import {type Action, actionDefaults, actionFields, actionMistakes, sleepSchema} from './action.ts'
import type {Mistake, Path} from './mistake.ts'
import {record, type Schema, unsupported} from './schema.ts'

/** What is done when a container has been started, and before it is told to end. */
export type Lifecycle = {readonly postStart?: Action; readonly preStop?: Action}

const hookSchema: Schema = record({
  ...actionFields,
  tcpSocket: unsupported('tcpSocket in lifecycle hooks, nor does Kubernetes any more'),
  sleep: sleepSchema,
})

export const lifecycleSchema: Schema = record({
  postStart: hookSchema,
  preStop: hookSchema,
  stopSignal: unsupported('stop signals'),
})

export function lifecycleDefaults({postStart, preStop}: Lifecycle): Lifecycle {
  return {...(postStart && {postStart: actionDefaults(postStart)}), ...(preStop && {preStop: actionDefaults(preStop)})}
}

/** What is wrong with hooks, their defaults filled in. */
export function lifecycleMistakes({postStart, preStop}: Lifecycle, path: Path, graceSeconds: number): Mistake[] {
  return [
    ...(postStart ? actionMistakes(postStart, [...path, 'postStart'], graceSeconds) : []),
    ...(preStop ? actionMistakes(preStop, [...path, 'preStop'], graceSeconds) : []),
  ]
}
