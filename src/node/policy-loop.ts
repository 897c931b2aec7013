import type {Logger} from 'pino'
import {type Kernel, KernelError} from '../kernel/kernel.ts'
import {nftChangeBetween} from '../kernel/nftables/change.ts'
import type {NftPlan} from '../kernel/nftables/table.ts'
import type {Ip} from '../net/ip.ts'
import type {Pod} from '../objects/pod.ts'
import {type PacketOp, packetOps} from './packet-plans.ts'
import type {PacketPlan} from './plan.ts'
import {netnsOf} from './pods/pod-life.ts'
import type {PodNetwork} from './pods/pod-table.ts'
import {canary, emptyPlan} from './policy/names.ts'
import type {PolicyView} from './policy/plan.ts'
import {policyPods} from './policy/policy-pod.ts'
import type {ServiceProxy} from './proxy/userspace/service-proxy.ts'
import type {Metric} from './proxy-status/exposition.ts'
import type {World} from './world.ts'

/** What enforces NetworkPolicies on one node. */
export type PolicyLoop = {
  /** Brings the node's table in line with policies, pods and namespaces: one transaction with what changed, none when nothing did. */
  sync(): Promise<void>
  /**
   * A pod network whose pods are isolated from the first moment: one is attached when its policies are in the kernel, too, and no
   * container of it starts before. When they cannot be written, the pod is not attached.
   */
  guarded(network: PodNetwork): PodNetwork
  /** Whether a sync is called for: somebody has removed the rules, or has led the bridge's packets past them or back to them. */
  isDisturbed(): Promise<boolean>
  /** The tables that were written last. */
  rules(): readonly PacketPlan[]
  /** How much is enforced on the node, and what came of it. */
  metrics(): Promise<readonly Metric[]>
}

/** There are NetworkPolicies, and this node cannot enforce them. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
}

export type PolicyLoopContext = {
  readonly netns: string
  readonly kernel: Kernel
  readonly world: World
  /** The node may have the table of an agent before this one. */
  readonly again?: boolean | undefined
  readonly log: Logger
  /** Something has changed that does not have to be written at once. */
  readonly changed: () => void
  /** kube-proxy's program for the userspace mode, which calls in the node's name: it is told what policies say. */
  readonly serviceProxy?: Pick<ServiceProxy, 'guard'>
  /** From which addresses the node speaks to pods. */
  readonly ownAddresses?: () => readonly string[]
  /** From which addresses such programs of other nodes call. */
  readonly proxiesElsewhere?: () => readonly string[]
}

type Attached = {readonly addresses: readonly Ip[]; readonly pod: Pod | undefined}

export function createPolicyLoop(context: PolicyLoopContext): PolicyLoop {
  const {netns, kernel, world, again = false, log, changed} = context
  const {serviceProxy, ownAddresses = () => [], proxiesElsewhere = () => []} = context
  /* A pod that the API has forgotten is isolated as long as it is here. */
  const attached = new Map<string, Attached>()
  let applied: readonly NftPlan[] = []
  let isUnknown = again
  let isPassed = false
  let failures = 0
  let queue: Promise<void> = Promise.resolve()

  /* undefined while there are no policies. */
  const look = (): PolicyView | undefined => {
    const present = new Map([...world.pods.values()].map(pod => [netnsOf(pod), pod]))
    for (const [name, {addresses, pod}] of attached) attached.set(name, {addresses, pod: present.get(name) ?? pod})
    if (world.policies.size === 0) return undefined
    if (world.scope === 'node') throw new PolicyError(`it may not read what NetworkPolicies need: ${world.refused}`)
    const own = [...attached.values()].flatMap(({pod}) => pod ?? [])
    return {
      policies: [...world.policies.values()],
      namespaces: [...world.namespaces.values()],
      pods: policyPods([...own, ...world.others.values()], {own: pod => attached.get(netnsOf(pod))?.addresses}),
      proxies: proxiesElsewhere(),
    }
  }

  const plansOf = async (view: PolicyView | undefined): Promise<readonly NftPlan[]> => {
    if (view === undefined) return noPlans
    const {policyPlans} = await import('./policy/plan.ts')
    return policyPlans(view)
  }

  const tellProxy = async (view: PolicyView | undefined) => {
    if (view === undefined) return serviceProxy?.guard(undefined)
    const {proxyGuard} = await import('./policy/proxy-guard.ts')
    await serviceProxy?.guard(proxyGuard(view, ownAddresses))
  }

  const apply = async () => {
    const view = look()
    const next = await plansOf(view)
    await tellProxy(view) // of policies that make rules, too
    const isFirst = applied.every(({table}) => table === undefined)
    const ops = isUnknown ? next.map(anew) : packetOps(applied, next)
    if (ops.length > 0) await kernel.apply(netns, ops)
    if (ops.length > 0) log.info({policies: world.policies.size}, 'network policies synced')
    applied = next
    isUnknown = false
    if (isFirst || isPassed) isPassed = await bridgePasses(kernel, netns, applied)
    if (isPassed)
      throw new PolicyError(`${bridgeCalls.ip} is 0: packets between pods of ${netns} do not meet its rules`)
  }

  const sync = () => {
    const work = queue.then(async () => {
      try {
        await apply()
      } catch (error) {
        failures++
        if (isUnknown || !(error instanceof KernelError)) throw error
        log.warn({err: error}, 'network policies not changed, writing them anew')
        isUnknown = true
        await apply()
      }
    })
    queue = work.catch(() => undefined) // whoever called hears of it; the next call begins anew
    return work
  }

  return {
    sync,
    guarded: network => ({
      ...network,
      attach: async (names, wishes) => {
        const addresses = await network.attach(names, wishes)
        for (const [name, ip] of addresses) {
          const second = network.second?.(ip)
          attached.set(name, {addresses: second ? [ip, second] : [ip], pod: undefined})
        }
        if (world.policies.size === 0) return addresses
        await sync()
        const unknown = names.find(name => attached.get(name)?.pod === undefined)
        if (unknown !== undefined) throw new PolicyError(`nobody knows the pod of ${unknown} any more`)
        return addresses
      },
      detach: async names => {
        await network.detach(names)
        for (const name of names) attached.delete(name)
        if (applied.some(({table}) => table)) changed()
      },
    }),
    isDisturbed: async () => {
      const tables = applied.filter(({table}) => table)
      if (tables.length === 0) return false
      const passes = await bridgePasses(kernel, netns, applied)
      const isNews = passes !== isPassed
      isPassed = passes
      if (isNews) return true
      for (const plan of tables) if (await isGone(kernel, netns, plan)) isUnknown = true
      return isUnknown
    },
    rules: () => applied,
    metrics: async () => {
      const {policyMetrics} = await import('./policy/metrics.ts')
      const tables = applied.filter(({table}) => table).map(plan => kernel.observeTable(netns, plan))
      const seen = await Promise.all(tables).catch(() => []) // what cannot be read now is told the next time
      return policyMetrics({policies: world.policies.size, seen: seen.flatMap(table => table ?? []), failures})
    },
  }
}

const noPlans: readonly NftPlan[] = (['ip', 'ip6'] as const).map(family => emptyPlan(family))

/* Whatever is there. */
function anew(plan: NftPlan): PacketOp {
  const {family, name, table} = plan
  const removal = [`add table ${family} ${name}`, `delete table ${family} ${name}`]
  const change = nftChangeBetween(undefined, plan) ?? {backend: 'nftables', family, name, table, commands: removal}
  return {op: 'changeTable', change}
}

/* Packets that stay on a bridge come by where rules are only if the kernel is told so, as the pods' network has told it. */
const bridgeCalls = {ip: 'net.bridge.bridge-nf-call-iptables', ip6: 'net.bridge.bridge-nf-call-ip6tables'} as const

async function bridgePasses(kernel: Kernel, netns: string, plans: readonly NftPlan[]): Promise<boolean> {
  const names = plans.flatMap(({family, table}) => (table ? [bridgeCalls[family]] : []))
  if (names.length === 0) return false
  const {sysctls} = await kernel.observe(netns, names)
  return names.some(name => sysctls[name] === '0')
}

/* To flush an empty chain changes nothing, and fails where there is none. */
async function isGone(kernel: Kernel, netns: string, {family, name, table}: NftPlan): Promise<boolean> {
  const commands = [`flush chain ${family} ${name} ${canary}`]
  try {
    await kernel.apply(netns, [{op: 'changeTable', change: {backend: 'nftables', family, name, table, commands}}])
    return false
  } catch (error) {
    if (error instanceof KernelError) return true
    throw error
  }
}
