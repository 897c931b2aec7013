import type {Logger} from 'pino'
import type {Image} from '../../images/image.ts'
import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Service} from '../../objects/service.ts'
import type {AgentClient} from '../client.ts'
import type {HostPort} from '../host-ports/host-ports.ts'
import type {Recorder} from '../recorder.ts'
import type {Runtime} from '../runtime/runtime.ts'
import type {Allocatable} from './fields.ts'
import {type ContainerLife, type PodLife, withContainer} from './pod-life.ts'
import {podStatus} from './status.ts'
import type {PodVolumes} from './volumes/pod-volumes.ts'

/** What some pods want of their network beside an address, by the names of their namespaces. */
export type NetworkWishes = {
  /** One of the last addresses. */
  readonly last?: ReadonlySet<string>
  /** Ports of the node that lead to them. */
  readonly hostPorts?: ReadonlyMap<string, readonly HostPort[]>
}

/** Gives pods their place in the node's network. */
export type PodNetwork = {
  /** Addresses for pods whose namespaces are there; they are connected when it resolves. By netns name. */
  attach(netns: readonly string[], wishes?: NetworkWishes): Promise<ReadonlyMap<string, Ip>>
  detach(netns: readonly string[]): Promise<void>
  /** The address of IPv6 that goes with a pod's own; none in a cluster that is not dual-stack. */
  second?(ip: Ip): Ip | undefined
}

export type KubeletContext = {
  readonly client: AgentClient
  readonly recorder: Recorder
  readonly runtime: Runtime
  readonly network: PodNetwork
  readonly hostIp: Ip
  /** The node's address of IPv6, in a dual-stack cluster; its pods have one, too. */
  readonly hostIp6?: Ip
  /** The process that owns the node's namespaces: pods in the node's network join them, and probes come from there. */
  readonly pid: number
  /** The text of a file of the node. */
  readonly readFile: (path: string) => string
  readonly serviceRange: Cidr
  /** All Services of the cluster, as the node knows them now. */
  readonly services: () => Iterable<Service>
  /** What the node gives to pods altogether. */
  readonly allocatable: () => Allocatable
  /** The images that the lab has of its own. */
  readonly images: readonly Image[]
  /** The time, as a Kubernetes timestamp. */
  readonly now: () => string
  /** The time in ms since some moment: a clock that nobody sets. */
  readonly elapsed: () => number
  /** Resolves after so many ms, or as soon as the signal is aborted. */
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** The pods of one node while they live, by uid, and the way to tell the API of them. */
export type PodTable = {
  readonly context: KubeletContext
  readonly lives: Map<string, PodLife>
  readonly volumes: PodVolumes
  /** Pods that are being ended, by uid. */
  readonly ends: Map<string, PodEnd>
  /** The processes of containers, by container id: what goes on for one's sake ends with it. */
  readonly processes: Map<string, AbortController>
  /** Lets something go on by itself; when it fails, the log says so. */
  readonly background: (work: Promise<void>) => void
}

/** How much grace a pod's containers have, in ms; aborting `cut` ends it. */
export type PodEnd = {readonly graceMs: number; readonly cut: AbortController}

/** One container of a pod of this node. */
export type ContainerPlace = {readonly uid: string; readonly name: string}

/** One container's name among all of the lab: the pod's uid and its own name. */
export function idOf({uid, name}: ContainerPlace): string {
  return `${uid}/${name}`
}

export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? ''
}

export function containerAt({lives}: PodTable, {uid, name}: ContainerPlace): ContainerLife | undefined {
  return lives.get(uid)?.containers[name]
}

/** Writes down what has become of a container; one whose pod has gone is passed over. */
export function changeContainer(
  table: PodTable,
  {uid, name}: ContainerPlace,
  change: (container: ContainerLife) => ContainerLife,
): void {
  const life = table.lives.get(uid)
  const container = life?.containers[name]
  if (life && container) table.lives.set(uid, withContainer(life, name, change(container)))
}

/** Writes a pod's status to the API; a pod that has gone meanwhile is passed over. */
export async function report({lives, context}: PodTable, uid: string): Promise<void> {
  const life = lives.get(uid)
  if (!life) return
  const status = podStatus(life, {hostIp: context.hostIp, hostIp6: context.hostIp6, now: context.now()})
  const pod = {...life.pod, status}
  lives.set(uid, {...life, pod})
  await context.client.updateStatus(pod, status)
}

/** Whether a pod is here to stay: neither gone nor about to go. */
export function isKept({lives, ends}: PodTable, uid: string): boolean {
  return lives.has(uid) && !ends.has(uid)
}

/** The containers of a pod that have a process. */
export function runningContainers(life: PodLife | undefined): readonly string[] {
  return Object.entries(life?.containers ?? {}).flatMap(([name, {process}]) => (process ? [name] : []))
}
