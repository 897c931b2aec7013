import type {Logger} from 'pino'
import {changes} from '../kernel/diff.ts'
import {type Kernel, KernelError} from '../kernel/kernel.ts'
import {planBetween, planChange} from '../kernel/rules/iptables.ts'
import type {RulesChange, RulesPlan} from '../kernel/ruleset.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {Service} from '../objects/service.ts'
import type {ProxyContext, ProxyMode} from './proxy/proxy-mode.ts'
import {servicePorts} from './proxy/service-port.ts'

/** kube-proxy on one node: brings the node's rules in line with Services and EndpointSlices. */
export type ProxyLoop = {
  /** One `iptables-restore` with the chains that changed; none when nothing did. */
  sync(services: readonly Service[], slices: readonly EndpointSlice[]): Promise<void>
  /** Whether somebody removed the canary chain, and with it probably all: the next sync is a full one then. */
  isFlushed(): Promise<boolean>
  /** The rules that were written last. */
  rules(): readonly RulesPlan[]
}

const canary = 'KUBE-PROXY-CANARY'

export function createProxyLoop({
  netns,
  kernel,
  mode,
  context,
  log,
}: {
  netns: string
  kernel: Kernel
  mode: ProxyMode
  context: ProxyContext
  log: Logger
}): ProxyLoop {
  let applied: readonly RulesPlan[] = []
  let settled = emptyNetns
  let inFull = false

  const changeTo = async (next: RulesPlan): Promise<RulesChange | undefined> => {
    if (inFull) return planChange(await kernel.observeRules(netns), next)
    return planBetween(
      applied.find(({owner}) => owner === next.owner),
      next,
    )
  }

  const settle = async (next: NetnsState) => {
    const ops = changes(settled, next)
    if (ops.length > 0) await kernel.apply(netns, ops)
    settled = next
  }

  const apply = async (plans: readonly RulesPlan[]) => {
    for (const plan of plans) {
      const change = await changeTo(plan)
      if (change) await kernel.apply(netns, [{op: 'changeRules', change}])
    }
    applied = plans
    inFull = false
  }

  return {
    rules: () => applied,
    sync: async (services, slices) => {
      const ports = servicePorts(services, slices)
      const {state = {}, rules: next = []} = mode.plan(ports, context)
      await settle({...emptyNetns, ...state})
      try {
        await apply(next)
      } catch (error) {
        if (inFull || !(error instanceof KernelError)) throw error
        log.warn({err: error}, 'partial sync failed, syncing in full')
        inFull = true
        await apply(next)
      }
      log.info({servicePorts: ports.length}, 'rules synced')
    },
    isFlushed: async () => {
      const {tables} = await kernel.observeRules(netns)
      inFull ||= !(['mangle', 'nat', 'filter'] as const).some(table => tables[table]?.[canary])
      return inFull
    },
  }
}
