import type {Logger} from 'pino'
import {changes} from '../kernel/diff.ts'
import {type Kernel, KernelError} from '../kernel/kernel.ts'
import {planBetween, planChange} from '../kernel/rules/iptables.ts'
import type {RulesChange, RulesPlan} from '../kernel/ruleset.ts'
import {emptyNetns, type NetnsState} from '../kernel/state.ts'
import type {EndpointSlice} from '../objects/endpoint-slice.ts'
import type {Service} from '../objects/service.ts'
import type {ProxyConfiguration} from './proxy/configuration.ts'
import {proxyModeOf} from './proxy/index.ts'
import {contextOf, type ProxyNode} from './proxy/proxy-mode.ts'
import {servicePorts} from './proxy/service-port.ts'

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
  rules(): readonly RulesPlan[]
}

/** What a sync wrote, and how: with a look at all that is there, not only the step from what was written last. */
export type SyncOutcome = {
  readonly inFull: boolean
  readonly changes: readonly RulesChange[]
  /** That step did not work, as somebody else had changed the rules, and was followed by a full sync. */
  readonly partialFailed: boolean
}

const canary = 'KUBE-PROXY-CANARY'

export function createProxyLoop({
  netns,
  kernel,
  node,
  again = false,
  log,
  changed,
}: {
  netns: string
  kernel: Kernel
  node: () => ProxyNode
  /** The node may have rules of a kube-proxy before this one. */
  again?: boolean | undefined
  log: Logger
  /** Hears of each change that was made. */
  changed?: (change: RulesChange) => void
}): ProxyLoop {
  let applied: readonly RulesPlan[] = []
  let settled = emptyNetns
  let inFull = again

  const changeTo = async (next: RulesPlan): Promise<RulesChange | undefined> => {
    if (inFull) return planChange(await kernel.observeRules(netns), next)
    return planBetween(
      applied.find(plan => isSame(plan, next)),
      next,
    )
  }

  const settle = async (next: NetnsState) => {
    const ops = changes(settled, next)
    if (ops.length > 0) await kernel.apply(netns, ops)
    settled = next
  }

  const apply = async (plans: readonly RulesPlan[]): Promise<readonly RulesChange[]> => {
    const written: RulesChange[] = []
    const old = applied.filter(plan => !plans.some(next => isSame(plan, next)))
    for (const plan of [...plans, ...old.map(emptied)]) {
      const change = await changeTo(plan)
      if (change === undefined) continue
      await kernel.apply(netns, [{op: 'changeRules', change}])
      changed?.(change)
      written.push(change)
    }
    applied = plans
    inFull = false
    return written
  }

  return {
    rules: () => applied,
    sync: async (services, slices, configuration) => {
      const ports = servicePorts(services, slices)
      const {state = {}, rules: next = []} = proxyModeOf(configuration).plan(ports, contextOf(node(), configuration))
      await settle({...emptyNetns, ...state})
      const told = (outcome: SyncOutcome) => {
        log.info({servicePorts: ports.length}, 'rules synced')
        return outcome
      }
      const wasFull = inFull || applied.length === 0
      try {
        return told({inFull: wasFull, changes: await apply(next), partialFailed: false})
      } catch (error) {
        if (inFull || !(error instanceof KernelError)) throw error
        log.warn({err: error}, 'partial sync failed, syncing in full')
        inFull = true
        return told({inFull: true, changes: await apply(next), partialFailed: true})
      }
    },
    isFlushed: async () => {
      const {tables} = await kernel.observeRules(netns)
      inFull ||= !(['mangle', 'nat', 'filter'] as const).some(table => tables[table]?.[canary])
      return inFull
    },
  }
}

/* Without any rule; what the plan had is its own, and goes. */
function emptied(plan: RulesPlan): RulesPlan {
  const chains = Object.values(plan.tables).flatMap(table => Object.keys(table.chains))
  return {...plan, prefixes: [...plan.prefixes, ...chains], tables: {}}
}

/* The rules of one component, in one of the kernel's ways of filtering packets. */
function isSame(a: RulesPlan, b: RulesPlan): boolean {
  return a.backend === b.backend && a.owner === b.owner
}
