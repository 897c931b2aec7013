import type {Ip} from '../../net/ip.ts'
import type {ContainerState, TerminatedState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'

/** A pod on its node, as the kubelet knows it. */
export type PodLife = {
  readonly pod: Pod
  readonly netns: string
  readonly startedAt: string
  readonly sandbox?: {readonly pausePid: number; readonly ip: Ip}
  readonly containers: Readonly<Record<string, ContainerLife>>
}

export type ContainerLife = {
  readonly state: ContainerState
  readonly lastState?: TerminatedState
  readonly restarts: number
  /** How often it has ended since it last ran for ten minutes. */
  readonly crashes: number
  /** Its environment, for what is run in it later. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its first process, as the sandbox numbers it, while it runs. */
  readonly pid?: number
}

/** A pod that has just been given to this node. */
export function newPodLife(pod: Pod, startedAt: string): PodLife {
  const waiting: ContainerLife = {state: {waiting: {reason: 'ContainerCreating'}}, restarts: 0, crashes: 0}
  return {
    pod,
    netns: netnsOf(pod),
    startedAt,
    containers: Object.fromEntries(pod.spec.containers.map(({name}) => [name, waiting])),
  }
}

/** The name of a pod's network namespace: its uid, as the names of pods repeat. */
export function netnsOf(pod: Pod): string {
  return `pod-${pod.metadata.uid}`
}

export function withContainer(life: PodLife, name: string, container: ContainerLife): PodLife {
  return {...life, containers: {...life.containers, [name]: container}}
}

/** The container as it is after its process has ended. */
export function ended(container: ContainerLife, code: number, finishedAt: string): ContainerLife {
  const startedAt = container.state.running?.startedAt
  const terminated: TerminatedState = {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
    ...(startedAt !== undefined && {startedAt}),
    finishedAt,
  }
  const crashes = ranLong(terminated) ? 1 : container.crashes + 1
  return {state: {terminated}, lastState: terminated, restarts: container.restarts, crashes}
}

function ranLong({startedAt = '', finishedAt = ''}: TerminatedState): boolean {
  return Date.parse(finishedAt) - Date.parse(startedAt) >= 600_000
}

/** Whether the restart policy wants an ended container started again. */
export function isRestarted(pod: Pod, code: number): boolean {
  const policy = pod.spec.restartPolicy ?? 'Always'
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0)
}

/** How long to wait before a container that crashed is started again, in ms: at once, then 10 s, doubling up to 5 minutes. */
export function backOff(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(10_000 * 2 ** (crashes - 2), 300_000)
}
