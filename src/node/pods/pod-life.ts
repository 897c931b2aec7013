import type {Ip} from '../../net/ip.ts'
import type {Container, ContainerState, EphemeralContainer, TerminatedState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'

/** A pod on its node, as the kubelet knows it. */
export type PodLife = {
  readonly pod: Pod
  readonly netns: string
  readonly startedAt: string
  readonly sandbox?: Sandbox
  /** Init containers among them, and ephemeral ones. */
  readonly containers: Readonly<Record<string, ContainerLife>>
}

/** The process that owns a pod's namespaces, and the pod's address, in a dual-stack cluster with that of IPv6. Nothing is started any more in one that is lost: its owner has died. */
export type Sandbox = {readonly pausePid: number; readonly ip: Ip; readonly ip6?: Ip; readonly lost?: true}

export type ContainerLife = {
  readonly state: ContainerState
  readonly lastState?: TerminatedState
  readonly restarts: number
  /** How often it has ended since it last ran for ten minutes. */
  readonly crashes: number
  /** How often its image could not be had since it last ran. */
  readonly failedPulls?: number
  /** Its process, while it has one. */
  readonly process?: ContainerProcess
  /** Its startup probe has succeeded, or it has none. */
  readonly started?: boolean
  /** Its readiness probe holds it for ready, or it has started and has none. */
  readonly ready?: boolean
  /** It was told to end so that it is started again, whatever its exit code. */
  readonly again?: boolean
  /** What a probe or hook said of it last; undefined when all is well. */
  readonly complaint?: string
}

export type ContainerProcess = {
  /** As the sandbox numbers it. */
  readonly pid: number
  readonly startedAt: string
  /** For what is run beside it later. */
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
}

/** A pod that has just been given to this node. */
export function newPodLife(pod: Pod, startedAt: string): PodLife {
  const life: ContainerLife = {state: {waiting: {reason: creating(pod)}}, restarts: 0, crashes: 0}
  const containers = Object.fromEntries(allContainers(pod).map(({name}) => [name, life]))
  return {pod, netns: netnsOf(pod), startedAt, containers}
}

/* What a container is said to wait for before it is its turn. */
function creating({spec}: Pod): string {
  return (spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating'
}

/** The name of a pod's network namespace: its uid, as the names of pods repeat. */
export function netnsOf(pod: Pod): string {
  return `${netnsPrefix}${pod.metadata.uid}`
}

/** The uid of the pod that a network namespace was named after; undefined when it is no pod's. */
export function uidOfNetns(netns: string): string | undefined {
  return netns.startsWith(netnsPrefix) ? netns.slice(netnsPrefix.length) : undefined
}

const netnsPrefix = 'pod-'

/** The ephemeral containers that a pod has been given since it was last looked at. */
export function newEphemeral({pod, containers}: PodLife): readonly string[] {
  return (pod.spec.ephemeralContainers ?? []).map(({name}) => name).filter(name => !containers[name])
}

/** The pod with ephemeral containers that are about to begin. */
export function withEphemeral(life: PodLife, names: readonly string[]): PodLife {
  const due: ContainerLife = {state: {waiting: {reason: 'ContainerCreating'}}, restarts: 0, crashes: 0}
  return {...life, containers: {...life.containers, ...Object.fromEntries(names.map(name => [name, due]))}}
}

export function isEphemeral({spec}: Pod, name: string): boolean {
  return spec.ephemeralContainers?.some(container => container.name === name) ?? false
}

/** A container of a pod by its name, of whatever kind it is. */
export function findContainer(pod: Pod, name: string): Container | EphemeralContainer | undefined {
  return [...allContainers(pod), ...(pod.spec.ephemeralContainers ?? [])].find(container => container.name === name)
}

/** A pod's containers in the order of their start. */
export function allContainers({spec: {initContainers = [], containers}}: Pod): readonly Container[] {
  return [...initContainers, ...containers]
}

export function isInit({spec}: Pod, name: string): boolean {
  return spec.initContainers?.some(container => container.name === name) ?? false
}

export function withContainer(life: PodLife, name: string, container: ContainerLife): PodLife {
  return {...life, containers: {...life.containers, [name]: container}}
}

/** Whether all init containers have done their work. */
export function isInitialized({pod, containers}: PodLife): boolean {
  return (pod.spec.initContainers ?? []).every(({name}) => containers[name]?.state.terminated?.exitCode === 0)
}

/** The containers whose turn it is: the first init container that is not done, and after the last the others, if they have not begun. */
export function dueContainers(life: PodLife): readonly string[] {
  const {pod, containers} = life
  const undone = pod.spec.initContainers?.find(({name}) => containers[name]?.state.terminated?.exitCode !== 0)
  const turn = undone ? [undone] : pod.spec.containers
  return turn.map(({name}) => name).filter(name => isUnbegun(containers[name]))
}

function isUnbegun({state, process}: Partial<ContainerLife> = {}): boolean {
  const reason = state?.waiting?.reason
  return process === undefined && (reason === 'PodInitializing' || reason === 'ContainerCreating')
}

/** The container with a process; it counts as running once its postStart hook is done. */
export function begun(
  before: ContainerLife,
  {container, process}: {container: Container; process: ContainerProcess},
): ContainerLife {
  const {state, lastState, restarts, crashes, complaint} = before
  const started = container.startupProbe === undefined
  const life: ContainerLife = {
    ...{state, restarts, crashes, process, started},
    ...(lastState && {lastState}),
    ...(complaint !== undefined && {complaint}),
    ready: started && container.readinessProbe === undefined,
  }
  return container.lifecycle?.postStart ? life : running(life)
}

/** The container once its process is all that it should be. */
export function running(life: ContainerLife): ContainerLife {
  const {complaint, ...rest} = life
  const open = life.ready ? {} : complaint !== undefined && {complaint}
  return {...rest, ...open, state: {running: {...(life.process && {startedAt: life.process.startedAt})}}}
}

/** The container as it is after its process has ended. */
export function ended(container: ContainerLife, code: number, finishedAt: string): ContainerLife {
  const {restarts, again, process, complaint} = container
  const terminated: TerminatedState = {
    exitCode: code,
    reason: code === 0 ? 'Completed' : 'Error',
    ...(process && {startedAt: process.startedAt}),
    finishedAt,
  }
  const crashes = ranLong(terminated) ? 1 : container.crashes + 1
  const kept = {...(again && {again}), ...(complaint !== undefined && {complaint})}
  return {state: {terminated}, lastState: terminated, restarts, crashes, ...kept}
}

function ranLong({startedAt = '', finishedAt = ''}: TerminatedState): boolean {
  return Date.parse(finishedAt) - Date.parse(startedAt) >= 600_000
}

/** A pod that has lost its namespaces, and all its processes with them: everything begins anew, init containers too. */
export function bornAgain(life: PodLife): PodLife {
  const {sandbox: _, ...rest} = life
  const fresh = ({lastState, restarts, crashes, state}: ContainerLife): ContainerLife => ({
    state: {waiting: {reason: creating(life.pod)}},
    ...(lastState && {lastState}),
    restarts: state.terminated ? restarts + 1 : restarts,
    crashes,
  })
  // Ephemeral containers have had their time.
  const containers = Object.entries(life.containers).map(
    ([name, container]) => [name, isEphemeral(life.pod, name) ? container : fresh(container)] as const,
  )
  return {...rest, containers: Object.fromEntries(containers)}
}

/** Whether a container that ended is started again. Init containers only want to have succeeded. */
export function isRestarted(
  pod: Pod,
  name: string,
  {state, again = false}: Pick<ContainerLife, 'state' | 'again'>,
): boolean {
  if (isEphemeral(pod, name)) return false
  const failed = state.terminated?.exitCode !== 0
  const policy = pod.spec.restartPolicy ?? 'Always'
  if (isInit(pod, name)) return failed && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && (failed || again))
}

/** How long to wait before a container that crashed is started again, in ms: at once, then 10 s, doubling up to 5 minutes. */
export function backOff(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(10_000 * 2 ** (crashes - 2), 300_000)
}
