import type {ContainerStatus} from './container.ts'
import type {Pod} from './pod.ts'

/** Whether the pod's Ready condition holds: it may get traffic. */
export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false
}

/** Whether the pod has run to its end. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

export function isTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

/** The STATUS column: the phase, or what says more about the pod than its phase does. */
export function podWord(pod: Pod): string {
  if (isTerminating(pod)) return pod.status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating'
  const containers = pod.status?.containerStatuses ?? []
  const word = containers.map(containerWord).find(text => text !== undefined)
  const base = word ?? pod.status?.reason ?? pod.status?.phase ?? 'Unknown'
  if (base !== 'Completed' || !containers.some(({ready, state}) => ready && state?.running)) return base
  return isReady(pod) ? 'Running' : 'NotReady'
}

/** Why a container does not run; undefined when it does. */
function containerWord({state}: ContainerStatus): string | undefined {
  const {waiting, terminated} = state ?? {}
  if (waiting?.reason) return waiting.reason
  if (terminated === undefined) return undefined
  if (terminated.reason) return terminated.reason
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}
