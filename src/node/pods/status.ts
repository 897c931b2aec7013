import type {Ip} from '../../net/ip.ts'
import type {Condition} from '../../objects/condition.ts'
import type {ContainerStatus} from '../../objects/container.ts'
import type {Pod, PodPhase, PodStatus} from '../../objects/pod.ts'
import {type ContainerLife, isRestarted, type PodLife} from './pod-life.ts'

/** The status that a node reports for a pod. `now` becomes the transition time of the conditions that changed. */
export function podStatus(life: PodLife, {hostIp, now}: {hostIp: Ip; now: string}): PodStatus {
  const {pod, sandbox} = life
  const lives = pod.spec.containers.map(({name}) => life.containers[name])
  const ready = lives.every(container => container?.state.running !== undefined)
  const wanted: readonly (readonly [string, boolean])[] = [
    ['PodReadyToStartContainers', sandbox !== undefined],
    ['Initialized', true],
    ['Ready', ready],
    ['ContainersReady', ready],
    ['PodScheduled', true],
  ]
  return {
    ...pod.status,
    phase: phaseOf(pod, lives),
    conditions: wanted.map(([type, holds]) => condition(pod, {type, holds, now})),
    hostIP: hostIp,
    hostIPs: [{ip: hostIp}],
    ...(sandbox && {podIP: sandbox.ip, podIPs: [{ip: sandbox.ip}]}),
    startTime: life.startedAt,
    containerStatuses: pod.spec.containers.map(({name, image}) => containerStatus(pod, {name, image}, life)),
    qosClass: 'BestEffort',
  }
}

function phaseOf(pod: Pod, lives: readonly (ContainerLife | undefined)[]): PodPhase {
  const codes = lives.map(container => container?.state.terminated?.exitCode)
  if (codes.every(code => code !== undefined && !isRestarted(pod, code)))
    return codes.every(code => code === 0) ? 'Succeeded' : 'Failed'
  const begun = lives.every(container => container?.state.running || container?.lastState)
  return begun ? 'Running' : 'Pending'
}

function condition(pod: Pod, {type, holds, now}: {type: string; holds: boolean; now: string}): Condition {
  const status = holds ? 'True' : 'False'
  const before = pod.status?.conditions?.find(known => known.type === type)
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now
  return {type, status, lastTransitionTime}
}

function containerStatus(pod: Pod, {name, image}: {name: string; image: string}, life: PodLife): ContainerStatus {
  const container = life.containers[name]
  const running = container?.state.running !== undefined
  return {
    name,
    image,
    imageID: `podlab://${image}`,
    containerID: `podlab://${pod.metadata.uid}/${name}`,
    ready: running,
    started: running,
    restartCount: container?.restarts ?? 0,
    state: container?.state ?? {},
    ...(container?.lastState && !container.state.terminated && {lastState: {terminated: container.lastState}}),
  }
}
