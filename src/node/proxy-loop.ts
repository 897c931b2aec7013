import type {Logger} from 'pino'
import {changes} from '../kernel/diff.ts'
import type {IpvsPlan} from '../kernel/ipvs/table.ts'
import {type Kernel, KernelError} from '../kernel/kernel.ts'
import type {IptablesTable, RulesPlan} from '../kernel/ruleset.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {IpFamily} from '../net/ip.ts'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {Service} from '../objects/service.ts'
import {applyAhead} from './apply-ahead.ts'
import {haveEmptied, keepingEmptied, withoutEmptied} from './emptied-chains.ts'
import {printOf} from './hand.ts'
import {haveLeavers, keepingLeavers, leaversIn, newLeavers, serversIn, withoutLeavers} from './leaving-servers.ts'
import {haveServersChanged} from './lost-servers.ts'
import {both, ofProxy, statesToCompare} from './own-state.ts'
import {
  anyOf,
  iptablesPlans,
  observing,
  type PacketOp,
  packetOpsInFull,
  packetSteps,
  takingOver,
} from './packet-plans.ts'
import type {PacketPlan} from './plan.ts'
import type {ProxyConfiguration} from './proxy/configuration.ts'
import {proxyModeOf, proxyModes, refuseWithoutIpv6} from './proxy/index.ts'
import {contextOf, contextOf6, type ProxyContext, type ProxyMode, type ProxyNode} from './proxy/proxy-mode.ts'
import {RulesRefusedError} from './proxy/refused-rules.ts'
import {type ServicePort, servicePorts} from './proxy/service-port.ts'
import {staleConnections} from './proxy/stale-connections.ts'
import type {ProxiedPort} from './proxy/userspace/proxied-port.ts'
import {ephemeralPorts, udpIdleMs} from './proxy/userspace/proxy-port.ts'
import {noSockets, type ServiceProxy} from './proxy/userspace/service-proxy.ts'

/** kube-proxy on one node: brings the node's rules in line with Services and EndpointSlices. */
export type ProxyLoop = {
  /**
   * One `iptables-restore` with the chains that changed; none when nothing did. In another mode than before the new rules come first and
   * the old ones go then, so that a connection finds one or the other. Throws ProxyConfigurationError for a mode that there is not, RulesRefusedError
   * for a rule that the kernel does not take.
   */
  sync(
    services: readonly Service[],
    slices: readonly EndpointSlice[],
    configuration: ProxyConfiguration,
  ): Promise<SyncOutcome>
  /** What people should know: that it leaves its rules to whoever has changed them. */
  notes(): readonly string[]
  /**
   * Whether real servers of ip_vs wait for their last connection to end: the next sync removes those that have none any more. Or chains of nftables wait, empty, for
   * a sync that has nothing else to do.
   */
  hasLeavers(): boolean
  /** Whether somebody removed the canary chain, and with it probably all, or changed what ip_vs balances: the next sync is a full one then. */
  isFlushed(): Promise<boolean>
  /** Has the next sync be a full one. */
  lookAtAll(): void
  /** The rules that were written last. */
  rules(): readonly PacketPlan[]
}

/** What a sync wrote, and how: with a look at all that is there, not only the step from what was written last. */
export type SyncOutcome = {
  readonly inFull: boolean
  readonly changes: readonly PacketOp['change'][]
  /** That step did not work, as somebody else had changed the rules, and was followed by a full sync. */
  readonly partialFailed: boolean
}

/* A chain that is empty so that nobody has a reason to touch it; ipvs mode has none, and goes by the first of its chains. */
const canary = 'KUBE-PROXY-CANARY'

function canariesIn({tables}: RulesPlan): readonly (readonly [table: IptablesTable, chain: string])[] {
  return (Object.keys(tables) as IptablesTable[]).flatMap(table => {
    const chains = Object.keys(tables[table]?.chains ?? {})
    const chain = chains.includes(canary) ? canary : chains[0]
    return chain === undefined ? [] : [[table, chain]]
  })
}

const handNote =
  'kube-proxy leaves its rules alone, since somebody has changed them by hand and the lab says reconcile: never'

/* A kube-proxy before this one may have worked in any mode. What ip_vs and its sets hold is left: most kernels could not even be asked. */
function plansOfOtherModes(node: ProxyNode): readonly PacketPlan[] {
  const modes: readonly ProxyMode[] = Object.values(proxyModes)
  const {ipv6, ...node4} = node
  const plans = modes.flatMap(mode => [
    ...(mode.plan([], node4).rules ?? []),
    ...(ipv6 && mode.noIpv6 === undefined ? (mode.plan([], {...node4, ...ipv6, family: 'IPv6'}).rules ?? []) : []),
  ])
  return anyOf(plans.filter(({backend}) => backend === 'iptables' || backend === 'nftables'))
}

export function createProxyLoop({
  netns,
  kernel,
  node,
  again = false,
  handWins = () => false,
  serviceProxy,
  log,
  changed,
}: {
  netns: string
  kernel: Kernel
  node: () => ProxyNode
  /** The node may have rules of a kube-proxy before this one. */
  again?: boolean | undefined
  /** Whether it leaves its rules alone once a hand has changed them. */
  handWins?: () => boolean
  /** Serves what the mode wants proxied; where there is none, nothing is. */
  serviceProxy?: ServiceProxy
  log: Logger
  /** Hears of each change that was made. */
  changed?: (change: PacketOp['change']) => void
}): ProxyLoop {
  let applied: readonly PacketPlan[] = []
  let settled = emptyNetns
  let inFull = again
  let served: Readonly<Record<IpFamily, readonly ServicePort[]>> = {IPv4: [], IPv6: []}
  let refused = noSockets.refused
  let areLeaversDue = false
  /* What the kernel had after the last write, in a lab where the hand wins. */
  let left: string | undefined
  let isLeftAlone = false

  const settle = async (next: NetnsState) => {
    const ops = changes(...statesToCompare(settled, next))
    if (ops.length > 0) await kernel.apply(netns, ops)
    settled = next
  }

  /* For Services of IPv6, on a node that has it. */
  const rulesOf6 = (
    services: readonly Service[],
    slices: readonly EndpointSlice[],
    configuration: ProxyConfiguration,
  ): readonly PacketPlan[] => {
    const context = contextOf6(node(), configuration)
    if (context === undefined) return []
    refuseWithoutIpv6(configuration)
    return proxyModeOf(configuration).plan(servicePorts(services, slices, 'IPv6'), context).rules ?? []
  }

  /* ip_vs is asked once before anything is written: that has the kernel load it, or says that there is none. */
  const serversBefore = async (plans: readonly PacketPlan[]): Promise<IpvsPlan | undefined> => {
    const [wanted, known] = [serversIn(plans), serversIn(applied)]
    if (wanted === undefined || (known && !inFull)) return known
    return {backend: 'ipvs', owner: wanted.owner, table: (await kernel.observeServers(netns)).table}
  }

  const apply = async (plans: readonly PacketPlan[]): Promise<readonly PacketOp['change'][]> => {
    const isFirst = again && applied.length === 0
    const others = isFirst ? plansOfOtherModes(node()) : []
    const steps = inFull
      ? await packetOpsInFull([...applied, ...others], takingOver(plans, others), observing(kernel, netns))
      : packetSteps(applied, plans)
    const made: PacketOp['change'][] = []
    await applyAhead(steps, async op => {
      await kernel.apply(netns, [op])
      made.push(op.change)
      changed?.(op.change)
    })
    applied = inFull ? withoutEmptied(plans) : plans
    inFull = false
    return made
  }

  /* A hand is told from a kube-proxy before this one by what this one has left. */
  const isTouched = async () => {
    if (!handWins()) {
      inFull ||= isLeftAlone
      isLeftAlone = false
      left = undefined
    } else if (left !== undefined && !isLeftAlone && (await printOf(applied, netns, kernel)) !== left) {
      isLeftAlone = true
      log.warn(handNote)
    }
    return isLeftAlone
  }

  const write = async (plans: readonly PacketPlan[], ports: readonly ServicePort[]): Promise<SyncOutcome> => {
    const wasFull = inFull || applied.length === 0
    try {
      return {inFull: wasFull, changes: await apply(plans), partialFailed: false}
    } catch (error) {
      if (!(error instanceof KernelError)) throw error
      if (inFull) throw new RulesRefusedError(error, ports)
      log.warn({err: error}, 'partial sync failed, syncing in full')
    }
    inFull = true
    const changes = await apply(plans).catch((error: unknown) => {
      throw error instanceof KernelError ? new RulesRefusedError(error, ports) : error
    })
    return {inFull: true, changes, partialFailed: true}
  }

  /* Connections that are remembered too long are a nuisance; the rules are right all the same. */
  const forget = async (ports: typeof served) => {
    const stale = [...staleConnections(served.IPv4, ports.IPv4), ...staleConnections(served.IPv6, ports.IPv6)]
    const ops = stale.map(flows => ({op: 'forgetConnections', flows}) as const)
    served = ports
    if (ops.length === 0) return
    await kernel.apply(netns, ops).catch((err: unknown) => log.warn({err}, 'stale connections not forgotten'))
  }

  /* What cannot be opened is told once, and tried again with the next sync. */
  const open = async (proxied: readonly ProxiedPort[], {portRange: range = ephemeralPorts}: ProxyContext) => {
    const sockets = (await serviceProxy?.open(proxied, {range, udpIdleMs})) ?? noSockets
    for (const [what, why] of sockets.refused) if (!refused.has(what)) log.error({what, why}, 'a port is not served')
    refused = sockets.refused
    return sockets
  }

  /*
   * A full sync would look at everything; a real server that is gone already needs no removing. Who leaves just now is looked at at once; who has stayed
   * for his connections is each minute, and when there was nothing else to do.
   */
  const letGo = async (just: readonly string[], {inFull, changes}: SyncOutcome) => {
    const isTurnOfAll = areLeaversDue || inFull || changes.length === 0
    const servers = isTurnOfAll ? leaversIn(applied) : just
    areLeaversDue = false
    if (servers.length === 0) return
    const next = withoutLeavers(applied, await kernel.observeConnections(netns, servers))
    if (next) await apply(next)
  }

  return {
    rules: () => applied,
    notes: () => (isLeftAlone ? [handNote] : []),
    sync: async (services, slices, configuration) => {
      const ports = servicePorts(services, slices)
      const mode = proxyModeOf(configuration)
      const context = contextOf(node(), configuration)
      const rules6 = rulesOf6(services, slices, configuration)
      const proxied = mode.proxied?.(ports, context)
      const proxySockets = proxied && (await open(proxied, context))
      const {state = {}, rules: rules4 = []} = mode.plan(ports, {...context, ...(proxySockets && {proxySockets})})
      const next = [...rules4, ...rules6]
      const kept = inFull || handWins() ? next : keepingEmptied(applied, next)
      const plans = keepingLeavers(await serversBefore(kept), kept)
      const just = newLeavers(applied, plans)
      if (inFull) settled = ofProxy(await kernel.observe(netns))
      const wanted = {...emptyNetns, ...state}
      await settle(both(settled, wanted))
      const told = async (outcome: SyncOutcome) => {
        await settle(wanted)
        await letGo(just, outcome)
        await forget({IPv4: ports, IPv6: node().ipv6 ? servicePorts(services, slices, 'IPv6') : []})
        await (proxied ? serviceProxy?.closeOthers(proxied) : serviceProxy?.stop())
        log.info({servicePorts: ports.length}, 'rules synced')
        return outcome
      }
      if (await isTouched()) return await told({inFull: false, changes: [], partialFailed: false})
      const outcome = await write(plans, ports)
      if (handWins()) left = await printOf(applied, netns, kernel)
      return await told(outcome)
    },
    lookAtAll: () => {
      inFull = true
    },
    hasLeavers: () => {
      areLeaversDue = haveLeavers(applied)
      return areLeaversDue || haveEmptied(applied)
    },
    isFlushed: async () => {
      if (handWins()) return false
      for (const plan of iptablesPlans(applied)) {
        const canaries = canariesIn(plan)
        if (canaries.length === 0) continue
        const {tables} = await kernel.observeRules(netns, plan.family)
        inFull ||= !canaries.some(([table, chain]) => tables[table]?.[chain])
      }
      const plans = applied
      // What a sync writes meanwhile is no hand's
      if ((await haveServersChanged(kernel, netns, {plans, state: settled})) && plans === applied) inFull = true
      return inFull && iptablesPlans(applied).some(plan => canariesIn(plan).length > 0)
    },
  }
}
