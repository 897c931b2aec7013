import type {Logger} from 'pino'
import type {Kernel} from '../kernel/kernel.ts'
import type {NetnsState} from '../kernel/state.ts'
import type {Cidr} from '../net/cidr.ts'
import type {AgentClient} from './client.ts'
import {type Coalesced, coalesce} from './coalesce.ts'
import {milestones} from './milestones.ts'
import {createNetwork} from './network.ts'
import {leasesOfNodes} from './overlay/node-leases.ts'
import type {OverlayBackend, Underlay} from './overlay/overlay-backend.ts'
import {createKubelet} from './pods/kubelet.ts'
import type {PodLife} from './pods/pod-life.ts'
import type {ProxyMode} from './proxy/proxy-mode.ts'
import {createProxyLoop} from './proxy-loop.ts'
import type {Runtime} from './runtime/runtime.ts'
import {type Concern, follow, readWorld} from './world.ts'

/** What runs on a node: kubelet, flannel and kube-proxy, over one connection to the API. */
export type Agent = {
  readonly name: string
  /** The process that owns the node's namespaces. */
  readonly pid: number
  lives(): readonly PodLife[]
  /** To be told of each container of the lab that ended. */
  exited(id: string, code: number): void
  /** Resolves once the node has done all that the API calls for up to a revision; pods that end may still take their time. */
  caughtUp(revision: number, signal: AbortSignal): Promise<void>
}

export type AgentContext = {
  readonly name: string
  readonly pid: number
  readonly client: AgentClient
  readonly kernel: Kernel
  readonly runtime: Runtime
  readonly backend: OverlayBackend
  readonly proxyMode: ProxyMode
  readonly podNetwork: Cidr
  readonly serviceRange: Cidr
  readonly underlay: Underlay
  readonly machine: Partial<NetnsState>
  readonly now: () => string
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Starts a node's agent; its node is in the API already. Resolves when the node's network stands. */
export async function startAgent(context: AgentContext): Promise<Agent> {
  const {name, client, kernel, backend, signal} = context
  const log = context.log.child({node: name})
  const world = await readWorld(client, name)
  const {self, peers} = leasesOfNodes([...world.nodes.values()], name)
  const {podNetwork, serviceRange, underlay, machine, pid} = context
  const network = createNetwork({netns: name, pid, kernel, backend, network: podNetwork, self, underlay, machine})
  const kubelet = createKubelet({...context, log, network, hostIp: self.publicIp, serviceRange})
  const proxy = createProxyLoop({
    netns: name,
    kernel,
    mode: context.proxyMode,
    context: {nodeName: name, clusterCidr: podNetwork},
    log,
  })

  const failed = (error: unknown) => {
    if (!signal.aborted) log.error({err: error}, 'agent')
  }
  const works: Readonly<Record<Concern, Coalesced>> = {
    pods: coalesce(() => kubelet.sync([...world.pods.values()]), failed),
    rules: coalesce(() => proxy.sync([...world.services.values()], [...world.endpoints.values()]), failed),
    peers: coalesce(() => network.setPeers(leasesOfNodes([...world.nodes.values()], name).peers), failed),
  }
  const done = milestones()
  const settle = async () => {
    const {revision} = world
    await Promise.all(Object.values(works).map(work => work.idle()))
    done.reach(revision)
  }

  await network.setPeers(peers)
  works.pods.trigger()
  works.rules.trigger()
  void settle()
  const watchApi = async () => {
    while (!signal.aborted) {
      const news = await client.changes(world.revision, signal)
      for (const concern of follow(world, news, name)) works[concern].trigger()
      void settle()
    }
  }
  watchApi().catch(failed)
  guardRules().catch(failed)
  return {name, pid, lives: kubelet.lives, exited: kubelet.exited, caughtUp: done.reached}

  /* kube-proxy looks every 30 s whether somebody has flushed its rules. */
  async function guardRules(): Promise<void> {
    while (!signal.aborted) {
      await context.after(30_000, signal)
      if (!signal.aborted && (await proxy.isFlushed())) works.rules.trigger()
    }
  }
}
