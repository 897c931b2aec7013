import type {Ip} from '../../net/ip.ts'
import type {Condition} from '../../objects/condition.ts'
import type {Container, ContainerStatus} from '../../objects/container.ts'
import type {Pod, PodPhase, PodStatus} from '../../objects/pod.ts'
import {allContainers, type ContainerLife, isInit, isInitialized, isRestarted, type PodLife} from './pod-life.ts'
import {closedGates} from './readiness-gates.ts'

/** The status that a node reports for a pod. `now` becomes the transition time of the conditions that changed. */
export function podStatus(
  life: PodLife,
  {hostIp, hostIp6, now}: {hostIp: Ip; hostIp6?: Ip | undefined; now: string},
): PodStatus {
  const {pod, sandbox} = life
  const {initContainers = [], containers, ephemeralContainers = []} = pod.spec
  const statuses = (list: readonly Container[]) => list.map(container => containerStatus(life, container))
  const containerStatuses = statuses(containers)
  const initContainerStatuses = statuses(initContainers)
  const phase = phaseOf(life)
  return {
    ...pod.status,
    phase,
    conditions: conditionsOf({life, phase, containerStatuses, initContainerStatuses, now}),
    hostIP: hostIp,
    hostIPs: listed(hostIp, hostIp6),
    ...(sandbox && {podIP: sandbox.ip, podIPs: listed(sandbox.ip, sandbox.ip6)}),
    startTime: life.startedAt,
    ...(initContainers.length > 0 && {initContainerStatuses}),
    containerStatuses,
    ...(ephemeralContainers.length > 0 && {ephemeralContainerStatuses: statuses(ephemeralContainers).map(unready)}),
    qosClass: pod.status?.qosClass ?? 'BestEffort',
  }
}

/* The address of IPv4 is the first. */
function listed(ip: Ip, ip6: Ip | undefined): readonly {readonly ip: Ip}[] {
  return [{ip}, ...(ip6 ? [{ip: ip6}] : [])]
}

function phaseOf(life: PodLife): PodPhase {
  const {pod, containers} = life
  const places = allContainers(pod).map(({name}) => ({name, container: containers[name]}))
  const over = places.filter(({name, container}) => container?.state.terminated && !isRestarted(pod, name, container))
  const failed = over.filter(({container}) => container?.state.terminated?.exitCode !== 0)
  if (failed.some(({name}) => isInit(pod, name))) return 'Failed'
  if (over.length === places.length) return failed.length === 0 ? 'Succeeded' : 'Failed'
  const own = places.filter(({name}) => !isInit(pod, name))
  const begun = own.every(({container}) => container?.state.running || container?.lastState)
  return begun && isInitialized(life) ? 'Running' : 'Pending'
}

type Known = {
  readonly life: PodLife
  readonly phase: PodPhase
  readonly containerStatuses: readonly ContainerStatus[]
  readonly initContainerStatuses: readonly ContainerStatus[]
  readonly now: string
}

/* A pod whose containers have all run to their end is not ready for that very reason. What others say of it stays. */
function conditionsOf({life, phase, containerStatuses, initContainerStatuses, now}: Known): readonly Condition[] {
  const finished = {Succeeded: 'PodCompleted', Failed: 'PodFailed'}[phase as string]
  const unready = finished ? {reason: finished} : lacking('ContainersNotReady', 'unready', containerStatuses)
  const uninitialized = isInitialized(life)
    ? undefined
    : lacking('ContainersNotInitialized', 'incomplete', initContainerStatuses)
  const wanted: readonly (readonly [string, Lack | undefined | false])[] = [
    ['PodReadyToStartContainers', life.sandbox === undefined && {}],
    ['Initialized', uninitialized],
    ['Ready', unready ?? closed(life.pod)],
    ['ContainersReady', unready],
    ['PodScheduled', undefined],
  ]
  const others = life.pod.status?.conditions?.filter(({type}) => !wanted.some(([own]) => own === type)) ?? []
  return [...wanted.map(([type, lack]) => condition(life.pod, {type, lack, now})), ...others]
}

/* Containers that are ready make a pod ready when others say so, too. */
function closed(pod: Pod): Lack | undefined {
  const gates = closedGates(pod)
  return gates.length === 0 ? undefined : {reason: 'ReadinessGatesNotReady', message: gates.join(', ')}
}

type Lack = {readonly reason?: string; readonly message?: string}

function lacking(reason: string, word: string, statuses: readonly ContainerStatus[]): Lack | undefined {
  const names = statuses.filter(({ready}) => !ready).map(({name}) => name)
  return names.length === 0 ? undefined : {reason, message: `containers with ${word} status: [${names.join(' ')}]`}
}

function condition(
  pod: Pod,
  {type, lack, now}: {type: string; lack: Lack | undefined | false; now: string},
): Condition {
  const status = lack ? 'False' : 'True'
  const before = pod.status?.conditions?.find(known => known.type === type)
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now
  return {type, status, ...lack, lastTransitionTime}
}

/* Nobody waits for a container that was put into a pod to look at it. */
function unready({started: _, ...status}: ContainerStatus): ContainerStatus {
  return {...status, ready: false}
}

function containerStatus({pod, containers}: PodLife, {name, image}: Container): ContainerStatus {
  const container: ContainerLife | undefined = containers[name]
  const {running, terminated} = container?.state ?? {}
  const ready = isInit(pod, name) ? terminated?.exitCode === 0 : running !== undefined && container?.ready === true
  return {
    name,
    image,
    imageID: `podlab://${image}`,
    containerID: `podlab://${pod.metadata.uid}/${name}`,
    ready,
    started: running !== undefined && container?.started === true,
    restartCount: container?.restarts ?? 0,
    state: container?.state ?? {},
    ...(container?.lastState && !terminated && {lastState: {terminated: container.lastState}}),
  }
}
