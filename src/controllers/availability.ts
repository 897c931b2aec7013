import type {Pod} from '../objects/pod.ts'
import {isReady} from '../objects/pod-status.ts'

/** Whether a pod has been ready for so long that it counts as available. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  return isReady(pod) && availableAt(pod, minReadySeconds) <= now
}

/** When the next of the pods that are ready will have been so for long enough; undefined when there is none to wait for. */
export function nextAvailable(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const times = minReadySeconds > 0 ? pods.filter(isReady).map(pod => availableAt(pod, minReadySeconds)) : []
  return earliest(times.filter(time => time > now))
}

/** The least of some times. */
export function earliest(times: readonly (number | undefined)[]): number | undefined {
  return times.reduce(
    (least, time) => (time !== undefined && (least === undefined || time < least) ? time : least),
    undefined,
  )
}

function availableAt({status}: Pod, minReadySeconds: number): number {
  if (minReadySeconds === 0) return 0
  const since = status?.conditions?.find(({type}) => type === 'Ready')?.lastTransitionTime
  return since === undefined ? 0 : Date.parse(since) + minReadySeconds * 1000
}
