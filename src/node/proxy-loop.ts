import type {Logger} from 'pino'
import {changes} from '../kernel/diff.ts'
import {type Kernel, KernelError} from '../kernel/kernel.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {Service} from '../objects/service.ts'
import {type PacketOp, packetOps, packetOpsInFull} from './packet-plans.ts'
import type {PacketPlan} from './plan.ts'
import type {ProxyConfiguration} from './proxy/configuration.ts'
import {proxyModeOf} from './proxy/index.ts'
import {contextOf, type ProxyContext, type ProxyNode} from './proxy/proxy-mode.ts'
import {type ServicePort, servicePorts} from './proxy/service-port.ts'
import {staleConnections} from './proxy/stale-connections.ts'
import type {ProxiedPort} from './proxy/userspace/proxied-port.ts'
import {ephemeralPorts, udpIdleMs} from './proxy/userspace/proxy-port.ts'
import {noSockets, type ServiceProxy} from './proxy/userspace/service-proxy.ts'

/** kube-proxy on one node: brings the node's rules in line with Services and EndpointSlices. */
export type ProxyLoop = {
  /**
   * One `iptables-restore` with the chains that changed; none when nothing did. In another mode than before the new rules come first and
   * the old ones go then, so that a connection finds one or the other. Throws ProxyConfigurationError for a mode that there is not.
   */
  sync(
    services: readonly Service[],
    slices: readonly EndpointSlice[],
    configuration: ProxyConfiguration,
  ): Promise<SyncOutcome>
  /** Whether somebody removed the canary chain, and with it probably all: the next sync is a full one then. */
  isFlushed(): Promise<boolean>
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

const canary = 'KUBE-PROXY-CANARY'

export function createProxyLoop({
  netns,
  kernel,
  node,
  again = false,
  serviceProxy,
  log,
  changed,
}: {
  netns: string
  kernel: Kernel
  node: () => ProxyNode
  /** The node may have rules of a kube-proxy before this one. */
  again?: boolean | undefined
  /** Serves what the mode wants proxied; where there is none, nothing is. */
  serviceProxy?: ServiceProxy
  log: Logger
  /** Hears of each change that was made. */
  changed?: (change: PacketOp['change']) => void
}): ProxyLoop {
  let applied: readonly PacketPlan[] = []
  let settled = emptyNetns
  let inFull = again
  let served: readonly ServicePort[] = []
  let refused = noSockets.refused

  const settle = async (next: NetnsState) => {
    const ops = changes(settled, next)
    if (ops.length > 0) await kernel.apply(netns, ops)
    settled = next
  }

  const apply = async (plans: readonly PacketPlan[]): Promise<readonly PacketOp['change'][]> => {
    const observe = (family?: 'IPv6') => kernel.observeRules(netns, family)
    const ops = inFull ? await packetOpsInFull(applied, plans, observe) : packetOps(applied, plans)
    for (const op of ops) {
      await kernel.apply(netns, [op])
      changed?.(op.change)
    }
    applied = plans
    inFull = false
    return ops.map(({change}) => change)
  }

  /* Connections that are remembered too long are a nuisance; the rules are right all the same. */
  const forget = async (ports: readonly ServicePort[]) => {
    const ops = staleConnections(served, ports).map(flows => ({op: 'forgetConnections', flows}) as const)
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

  return {
    rules: () => applied,
    sync: async (services, slices, configuration) => {
      const ports = servicePorts(services, slices)
      const mode = proxyModeOf(configuration)
      const context = contextOf(node(), configuration)
      const proxied = mode.proxied?.(ports, context)
      const proxySockets = proxied && (await open(proxied, context))
      const {state = {}, rules: next = []} = mode.plan(ports, {...context, ...(proxySockets && {proxySockets})})
      await settle({...emptyNetns, ...state})
      const told = async (outcome: SyncOutcome) => {
        await forget(ports)
        await (proxied ? serviceProxy?.closeOthers(proxied) : serviceProxy?.stop())
        log.info({servicePorts: ports.length}, 'rules synced')
        return outcome
      }
      const wasFull = inFull || applied.length === 0
      try {
        return await told({inFull: wasFull, changes: await apply(next), partialFailed: false})
      } catch (error) {
        if (inFull || !(error instanceof KernelError)) throw error
        log.warn({err: error}, 'partial sync failed, syncing in full')
        inFull = true
        return await told({inFull: true, changes: await apply(next), partialFailed: true})
      }
    },
    isFlushed: async () => {
      if (!applied.some(({backend}) => backend === 'iptables')) return false
      const {tables} = await kernel.observeRules(netns)
      inFull ||= !(['mangle', 'nat', 'filter'] as const).some(table => tables[table]?.[canary])
      return inFull
    },
  }
}
