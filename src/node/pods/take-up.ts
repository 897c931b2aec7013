import type {ContainerStatus, TerminatedState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import {type ContainerLife, isInit, isRestarted, newPodLife, type PodLife} from './pod-life.ts'

/**
 * A pod as its node finds it when the agent begins: new, or one that ran here before the node went down. Of such a one nothing runs any
 * more. How its containers ended nobody saw, so they count as failed with code 255, as a container runtime says of those whose
 * process is gone; those that are to run begin anew in new namespaces, and init containers go first again.
 */
export function takeUp(pod: Pod, now: string): PodLife {
  const life = newPodLife(pod, pod.status?.startTime ?? now)
  const known = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const entries = known.flatMap(status => {
    const fresh = life.containers[status.name]
    return fresh && hasRun(status) ? [[status.name, afterLoss(pod, {fresh, status, now})] as const] : []
  })
  if (entries.length === 0) return life
  const containers = {...life.containers, ...Object.fromEntries(entries)}
  const runsOn = pod.spec.containers.some(({name}) => containers[name]?.state.terminated === undefined)
  return {...life, containers: runsOn ? initAgain(pod, {...life, containers}) : containers}
}

function hasRun({state, lastState}: ContainerStatus): boolean {
  return Boolean(state?.running || state?.terminated || lastState?.terminated)
}

type Lost = {readonly fresh: ContainerLife; readonly status: ContainerStatus; readonly now: string}

function afterLoss(pod: Pod, {fresh, status, now}: Lost): ContainerLife {
  const {name, state = {}, lastState, restartCount} = status
  const end = state.terminated ?? (state.running ? unseenEnd(state.running, now) : lastState?.terminated)
  if (end === undefined) return fresh
  if (!state.waiting && !isRestarted(pod, name, {state: {terminated: end}}))
    return {...fresh, state: {terminated: end}, lastState: end, restarts: restartCount}
  const isCounted = state.waiting !== undefined && state.waiting.reason !== 'CrashLoopBackOff'
  return {...fresh, lastState: end, restarts: isCounted ? restartCount : restartCount + 1}
}

function unseenEnd({startedAt}: {readonly startedAt?: string}, now: string): TerminatedState {
  return {exitCode: 255, reason: 'Unknown', ...(startedAt !== undefined && {startedAt}), finishedAt: now}
}

/* Init containers that were done have to prepare the new namespaces, too. One that may not be tried again has failed its pod. */
function initAgain(pod: Pod, {containers}: PodLife): PodLife['containers'] {
  const again = ([name, life]: [string, ContainerLife]): [string, ContainerLife] => {
    const {terminated} = life.state
    if (!isInit(pod, name) || terminated?.exitCode !== 0) return [name, life]
    return [name, {...life, state: {waiting: {reason: 'PodInitializing'}}, restarts: life.restarts + 1}]
  }
  return Object.fromEntries(Object.entries(containers).map(again))
}
