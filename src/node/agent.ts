import type {Logger} from 'pino'
import type {Image} from '../images/image.ts'
import type {Kernel} from '../kernel/kernel.ts'
import type {NetnsState} from '../kernel/state.ts'
import type {Cidr} from '../net/cidr.ts'
import {type Ip, parseIp} from '../net/ip.ts'
import type {ConfigMap} from '../objects/config-map.ts'
import type {Pod} from '../objects/pod.ts'
import {isFinished, isTerminating} from '../objects/pod-status.ts'
import type {AgentClient} from './client.ts'
import {type Coalesced, coalesce} from './coalesce.ts'
import type {Daemons} from './daemon.ts'
import {type HandsOffComponent, handWins} from './hand.ts'
import {keepAlive} from './heartbeat.ts'
import {milestones} from './milestones.ts'
import {createNetwork, type WriteFile} from './network.ts'
import {asSubject, beginnings, nodeCordoned, nodeReady} from './node-story.ts'
import {overlayNamed} from './overlay/index.ts'
import {leasesOfNodes} from './overlay/node-leases.ts'
import type {Underlay} from './overlay/overlay-backend.ts'
import type {PacketOp} from './packet-plans.ts'
import type {PacketPlan} from './plan.ts'
import {createKubelet} from './pods/kubelet.ts'
import {netnsOf, type PodLife} from './pods/pod-life.ts'
import {createPolicyLoop} from './policy-loop.ts'
import {policyStory} from './policy-story.ts'
import {
  defaultProxyConfiguration,
  type ProxyConfiguration,
  proxyConfigMap,
  readProxyConfiguration,
} from './proxy/configuration.ts'
import {defaultSyncPeriod} from './proxy/periods.ts'
import type {ProxyNode} from './proxy/proxy-mode.ts'
import {RulesRefusedError} from './proxy/refused-rules.ts'
import {createProxyLoop} from './proxy-loop.ts'
import {nodeAddresses, proxyNodeOf} from './proxy-node.ts'
import {createProxyStatus} from './proxy-status/proxy-status.ts'
import {createRecorder} from './recorder.ts'
import {goRounds} from './rounds.ts'
import type {Runtime} from './runtime/runtime.ts'
import {type Concern, readWorld, watchWorld} from './world.ts'

/** What runs on a node: kubelet, flannel and kube-proxy, over one connection to the API. */
export type Agent = {
  readonly name: string
  /** The process that owns the node's namespaces. */
  readonly pid: number
  lives(): readonly PodLife[]
  /** What flannel and kube-proxy have written into the node's tables last. */
  rules(): readonly PacketPlan[]
  /** To be told of each container of the lab that ended. */
  exited(id: string, code: number): void
  /** What people should know of the node: where this machine cannot give what is meant. */
  notes(): readonly string[]
  /** What could not be done when it was last tried, and is tried again. */
  troubles(): readonly string[]
  /** Resolves once the node has done all that the API calls for up to a revision; pods that end may still take their time. */
  caughtUp(revision: number, signal: AbortSignal): Promise<void>
}

export type AgentContext = {
  readonly name: string
  readonly pid: number
  readonly client: AgentClient
  readonly kernel: Kernel
  readonly runtime: Runtime
  readonly podNetwork: Cidr
  readonly serviceRange: Cidr
  /** The same for IPv6, in a dual-stack cluster. */
  readonly ipv6?: {readonly podNetwork: Cidr; readonly serviceRange: Cidr}
  /** The images that the lab has of its own. */
  readonly images: readonly Image[]
  readonly underlay: Underlay
  readonly machine: Partial<NetnsState>
  readonly writeFile: WriteFile
  /** Hears what kube-proxy has written, and up to which revision it knew the world. */
  readonly programmed?: (news: {readonly revision: number; readonly change: PacketOp['change']}) => void
  readonly daemons: Daemons
  /** The node may have had an agent before, whose links and rules are still there. */
  readonly again?: boolean
  /** The text of a file of the node; empty when there is none. */
  readonly readFile: (path: string) => string
  readonly now: () => string
  /** Milliseconds since 1970, with their fractions. */
  readonly time: () => number
  readonly elapsed: () => number
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Starts a node's agent; its node is in the API already. Resolves when the node's network stands. */
export async function startAgent(context: AgentContext): Promise<Agent> {
  const {name, client, kernel, signal} = context
  const log = context.log.child({node: name})
  const world = await readWorld(client, name)
  const leases = () => leasesOfNodes([...world.nodes.values()], name)
  const {self, backendType} = leases()
  const backend = overlayNamed(backendType)
  const {podNetwork, serviceRange, underlay, machine, writeFile, pid} = context
  let death: Error | undefined
  const told = new Set<string>()
  const network = createNetwork({
    ...{netns: name, kernel, backend, network: podNetwork, self, underlay, machine, writeFile},
    ...(context.ipv6 && {network6: context.ipv6.podNetwork}),
    addresses: addressesOf([...world.pods.values()]),
    ...(context.again && {again: true}),
    handWins: () => isHandsOff('flannel'),
    daemons: context.daemons,
    daemonDied: error => {
      death = error
      log.error({err: error}, 'a daemon died, and its link with it')
      lookAtLater('peers')
    },
  })
  const recorder = createRecorder({...context, host: name, log})
  const story = policyStory({name, recorder, world})
  const serviceProxy = context.daemons.proxy(name, error => {
    log.error({err: error}, 'the userspace proxy died, and its sockets with it')
    lookAtLater('rules')
  })
  const policies = createPolicyLoop({
    ...{netns: name, kernel, world, log, again: context.again, changed: () => lookAt(['policies'])},
    ...{serviceProxy, ownAddresses: () => nodeAddresses(self), proxiesElsewhere},
  })
  const kubelet = createKubelet({
    ...{...context, log, recorder, network: policies.guarded(network), hostIp: self.publicIp, serviceRange},
    ...(self.ipv6 && {hostIp6: self.ipv6.publicIp}),
    services: () => world.services.values(),
    allocatable: () => world.nodes.get(`/${name}`)?.status?.allocatable ?? {},
  })
  let decidedAt = 0
  const proxy = createProxyLoop({
    netns: name,
    kernel,
    node: proxyNode,
    ...(context.again && {again: true}),
    handWins: () => isHandsOff('kube-proxy'),
    serviceProxy,
    log,
    changed: change => context.programmed?.({revision: decidedAt, change}),
  })
  let mode: string = defaultProxyConfiguration.mode
  let syncPeriod = defaultSyncPeriod
  let syncedAt = Number.NEGATIVE_INFINITY
  const proxyStatus = createProxyStatus({
    ...{...context, world, recorder, log, rules: proxy.rules, mode: () => mode, policyMetrics: policies.metrics},
    listen: place => context.runtime.listen({pid, ...place}),
  })
  let configured: () => Promise<ProxyConfiguration> = async () => ({
    ...defaultProxyConfiguration,
    clusterCIDR: podNetwork,
    ...(context.ipv6 && {clusterCIDR6: context.ipv6.podNetwork}),
  })

  const works: Readonly<Record<Concern, Coalesced>> = {
    policies: coalesce(policies.sync, tryAgain('policies')),
    pods: coalesce(() => kubelet.sync([...world.pods.values()]), tryAgain('pods')),
    rules: coalesce(syncRules, tryAgain('rules')),
    peers: coalesce(followLeases, tryAgain('peers')),
  }
  const troubles = () => [
    ...Object.values(works).flatMap(work => work.trouble() ?? []),
    ...(death ? [death.message] : []),
  ]
  const done = milestones()

  await followLeases()
  await client.follow('ConfigMap', proxyConfigMap, followConfiguration, signal)
  lookAt(['policies', 'pods', 'rules'])
  void watchWorld({...context, world, nodeName: name, log, changed: lookAt})
  goRounds({...context, proxy, policies, syncPeriod: () => syncPeriod, lookAt, log})
  void keepAlive({...context, world, log, returned, cordoned})
  for (const happening of beginnings(name)) recorder.record(asSubject(name), happening)
  const rules = () => [...network.rules(), ...proxy.rules(), ...policies.rules()]
  const {lives, exited} = kubelet
  return {name, pid, lives, rules, notes, exited, caughtUp: done.reached, troubles}

  function isHandsOff(component: HandsOffComponent): boolean {
    return handWins(world.nodes.get(`/${name}`)?.metadata.annotations, component)
  }

  function notes(): readonly string[] {
    const all = [...network.notes(), ...proxy.notes()]
    if (world.refused === undefined || world.policies.size > 0) return all
    return [...all, `${name} enforces no NetworkPolicies, for it may not read them: ${world.refused}`]
  }

  function cordoned(is: boolean): void {
    recorder.record(asSubject(name), nodeCordoned(name, is))
  }

  function returned(): void {
    recorder.record(asSubject(name), nodeReady(name))
    kubelet.reportAll()
  }

  /* Rules would wait behind the pods that are being started; decided when it is their turn, they name those pods too. */
  async function syncRules(): Promise<void> {
    await context.runtime.turn()
    const began = context.time()
    try {
      const configuration = await configured()
      const isOther = mode !== configuration.mode
      mode = configuration.mode
      if (isOther) await admitProxies()
      syncPeriod = configuration.syncPeriod ?? defaultSyncPeriod
      await rest(configuration)
      decidedAt = world.revision
      const outcome = await proxy.sync([...world.services.values()], [...world.slices.values()], configuration)
      syncedAt = context.elapsed()
      proxyStatus.synced(began, outcome)
    } catch (error) {
      if (error instanceof RulesRefusedError) proxyStatus.failed()
      throw error
    }
  }

  async function rest({minSyncPeriod = 0}: ProxyConfiguration): Promise<void> {
    const early = syncedAt + minSyncPeriod - context.elapsed()
    if (early > 0) await context.after(early, signal)
  }

  function proxyNode(): ProxyNode {
    const zone = world.nodes.get(`/${name}`)?.metadata.labels?.['topology.kubernetes.io/zone']
    return proxyNodeOf({self, zone, serviceRange, serviceRange6: context.ipv6?.serviceRange})
  }

  /* A proxy calls in its own name, so its node is let in, with what it vouches for. */
  function proxiesElsewhere(): readonly string[] {
    return mode === 'userspace' ? leases().peers.flatMap(nodeAddresses) : []
  }

  async function admitProxies(): Promise<void> {
    if (world.policies.size === 0) return
    works.policies.trigger()
    await works.policies.idle()
  }

  /* While there is none, kube-proxy goes by what it has read last. */
  function followConfiguration(found: ConfigMap | undefined): void {
    if (found === undefined) return
    configured = () => readProxyConfiguration(found)
    lookAt(['rules'])
  }

  async function followLeases(): Promise<void> {
    const {backendType, peers} = leases()
    await network.setPeers(peers, overlayNamed(backendType))
    death = undefined
    const notes = network.notes().filter(note => !told.has(note))
    for (const note of notes) {
      told.add(note)
      log.warn({overlay: backendType}, note)
    }
    if (mode === 'userspace') await admitProxies()
  }

  function lookAt(what: Iterable<Concern>): void {
    for (const concern of what) {
      if (concern === 'rules') proxyStatus.queued()
      works[concern].trigger()
    }
    void settle()
  }

  async function settle(): Promise<void> {
    const {revision} = world
    await Promise.all(Object.values(works).map(work => work.idle()))
    if (troubles().length === 0) done.reach(revision)
  }

  /* What failed is done again when something changes, and after a while by itself. */
  function tryAgain(concern: Concern): (error: unknown) => void {
    return error => {
      if (signal.aborted) return
      log.error({err: error, concern}, 'not done')
      if (concern === 'policies') story.failed(error)
      lookAtLater(concern)
    }
  }

  function lookAtLater(concern: Concern): void {
    void context.after(retryAfter, signal).then(() => {
      if (!signal.aborted) lookAt([concern])
    })
  }
}

/* What the node's pods had before it went down. */
function addressesOf(pods: readonly Pod[]): ReadonlyMap<string, Ip> {
  const own = pods.filter(pod => !pod.spec.hostNetwork && !isFinished(pod) && !isTerminating(pod))
  return new Map(own.flatMap(pod => (pod.status?.podIP ? [[netnsOf(pod), parseIp(pod.status.podIP)] as const] : [])))
}

/** How long after a failure it is tried again, in ms. */
const retryAfter = 5000
