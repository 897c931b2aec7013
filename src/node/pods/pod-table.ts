import type {Logger} from 'pino'
import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import type {AgentClient} from '../client.ts'
import type {Runtime} from '../runtime/runtime.ts'
import {type ContainerLife, type PodLife, withContainer} from './pod-life.ts'
import {podStatus} from './status.ts'

/** Gives pods their place in the node's network. */
export type PodNetwork = {
  /** Addresses for pods whose namespaces are there; they are connected when it resolves. By netns name. */
  attach(netns: readonly string[]): Promise<ReadonlyMap<string, Ip>>
  detach(netns: readonly string[]): Promise<void>
}

export type KubeletContext = {
  readonly client: AgentClient
  readonly runtime: Runtime
  readonly network: PodNetwork
  readonly hostIp: Ip
  /** The process that owns the node's namespaces: pods in the node's network join them. */
  readonly pid: number
  /** The text of a file of the node. */
  readonly readFile: (path: string) => string
  readonly serviceRange: Cidr
  /** The time, as a Kubernetes timestamp. */
  readonly now: () => string
  /** Resolves after so many ms, or as soon as the signal is aborted. */
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** The pods of one node while they live, by uid, and the way to tell the API of them. */
export type PodTable = {
  readonly context: KubeletContext
  readonly lives: Map<string, PodLife>
  /** Pods that are being ended, by uid. */
  readonly ends: Map<string, PodEnd>
}

/** How much grace a pod's containers have, in ms; aborting `cut` ends it. */
export type PodEnd = {readonly graceMs: number; readonly cut: AbortController}

export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? ''
}

/** Changes what is known of a container; a process id is forgotten unless it is given. */
export function setContainer(table: PodTable, uid: string, name: string, change: Partial<ContainerLife>): void {
  const life = table.lives.get(uid)
  const container = life?.containers[name]
  if (!life || !container) return
  const {pid: _, ...rest} = container
  table.lives.set(uid, withContainer(life, name, {...rest, ...change}))
}

/** Writes a pod's status to the API; a pod that has gone meanwhile is passed over. */
export async function report({lives, context}: PodTable, uid: string): Promise<void> {
  const life = lives.get(uid)
  if (!life) return
  const status = podStatus(life, {hostIp: context.hostIp, now: context.now()})
  const pod = {...life.pod, status}
  lives.set(uid, {...life, pod})
  await context.client.updateStatus(pod, status)
}

/** Whether any container of the pod has a process. */
export function isRunning(life: PodLife | undefined): boolean {
  return Object.values(life?.containers ?? {}).some(({state}) => state.running !== undefined)
}
