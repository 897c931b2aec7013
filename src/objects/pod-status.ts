import type {ContainerState, ContainerStatus} from './container.ts'
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

/** Whether init containers still have to run: then the pod's other containers say nothing of it. */
export function isInitializing({status}: Pod): boolean {
  const initialized = status?.conditions?.some(({type, status}) => type === 'Initialized' && status === 'True') ?? false
  return !initialized && (status?.initContainerStatuses ?? []).some(isUndone)
}

function isUndone({state}: ContainerStatus): boolean {
  return state?.terminated?.exitCode !== 0
}

/** The STATUS column: the phase, or what says more about the pod than its phase does. */
export function podWord(pod: Pod): string {
  const {phase = 'Unknown', reason} = pod.status ?? {}
  if (isTerminating(pod) && reason === 'NodeLost') return 'Unknown'
  if (isTerminating(pod) && !isFinished(pod)) return 'Terminating'
  return (isInitializing(pod) ? initWord(pod) : containersWord(pod)) ?? reason ?? phase
}

/** How far the init containers have come: `Init:1/3`, or what keeps the first that is not done from being done. */
function initWord({spec, status}: Pod): string | undefined {
  const containers = status?.initContainerStatuses ?? []
  const place = containers.findIndex(isUndone)
  const {state} = containers[place] ?? {}
  const word = state && stateWord(state)
  const stuck = word !== undefined && word !== 'PodInitializing'
  return stuck ? `Init:${word}` : `Init:${place}/${spec.initContainers?.length ?? containers.length}`
}

function containersWord(pod: Pod): string | undefined {
  const containers = pod.status?.containerStatuses ?? []
  const word = containers.map(({state}) => state && stateWord(state)).find(text => text !== undefined)
  const runs = containers.some(({ready, state}) => ready && state?.running)
  if ((word ?? pod.status?.reason) !== 'Completed' || !runs) return word
  return isReady(pod) ? 'Running' : 'NotReady'
}

/** Why a container does not run; undefined when it does. */
function stateWord({waiting, terminated}: ContainerState): string | undefined {
  if (waiting?.reason) return waiting.reason
  if (terminated === undefined) return undefined
  if (terminated.reason) return terminated.reason
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`
}
