import {ipSetChangeBetween, ipSetChangeFrom} from '../kernel/ipset/change.ts'
import {ipvsChangeBetween, ipvsChangeFrom} from '../kernel/ipvs/change.ts'
import type {Kernel} from '../kernel/kernel.ts'
import {nftChangeBetween, nftRemoval} from '../kernel/nftables/change.ts'
import {nftStepsFromNothing} from '../kernel/nftables/first-steps.ts'
import type {Op} from '../kernel/op.ts'
import {planBetween, planChange, stepsFromNothing} from '../kernel/rules/iptables.ts'
import type {RulesPlan} from '../kernel/ruleset.ts'
import type {PacketPlan} from './plan.ts'

/** A change of what filters packets. */
export type PacketOp = Extract<Op, {readonly op: 'changeRules' | 'changeTable' | 'changeSets' | 'changeServers'}>

/**
 * The way from one set of plans to the next, without a look at the kernel: what is new comes before what is old goes. Plans stand in the order in
 * which one names the other's: sets before the rules that ask them. What goes does so the other way round.
 */
export function packetOps(previous: readonly PacketPlan[], next: readonly PacketPlan[]): readonly PacketOp[] {
  return [...packetSteps(previous, next)].filter(op => op !== undefined)
}

/** The same one by one, each worked out when it is asked for; undefined is a pause in long work, for who has something to do meanwhile. */
export function* packetSteps(
  previous: readonly PacketPlan[],
  next: readonly PacketPlan[],
): Generator<PacketOp | undefined> {
  for (const plan of [...next, ...leavers(previous, next)]) {
    const before = previous.find(one => isSame(one, plan))
    yield* before === undefined ? firstSteps(plan) : stepTo(before, plan)
  }
}

/**
 * What is large goes in steps where nothing of it is there yet, so that nobody misses what comes later. One input of `iptables-restore --noflush`
 * with ten thousand Services takes iptables on nftables more than a minute and a half of processor time, in steps it takes 2.3 s; nft needs half as
 * long for five parts as for one (iptables 1.8.9, nft 1.0.6). Jumps into what is made come last.
 */
function* firstSteps(plan: PacketPlan): Generator<PacketOp | undefined> {
  if (plan.backend === 'iptables')
    for (const change of stepsFromNothing(plan, rulesAtOnce)) yield change && {op: 'changeRules', change}
  else if (plan.backend === 'nftables')
    for (const change of nftStepsFromNothing(plan, charactersAtOnce)) yield change && {op: 'changeTable', change}
  else yield* stepTo(undefined, plan)
}

const rulesAtOnce = 1000
const charactersAtOnce = 500_000

/** The parts of a kernel that say what a namespace holds. */
export type Observe = {
  rules(family?: 'IPv6'): ReturnType<Kernel['observeRules']>
  sets(): ReturnType<Kernel['observeSets']>
  servers(): ReturnType<Kernel['observeServers']>
}

/** Those of one namespace. */
export function observing(kernel: Kernel, netns: string): Observe {
  return {
    rules: family => kernel.observeRules(netns, family),
    sets: () => kernel.observeSets(netns),
    servers: () => kernel.observeServers(netns),
  }
}

/**
 * The same, whatever has become of the rules that were written: what there is is compared with what is wanted, but tables of nftables, which are
 * made anew.
 */
export async function packetOpsInFull(
  previous: readonly PacketPlan[],
  next: readonly PacketPlan[],
  observe: Observe,
): Promise<readonly PacketOp[]> {
  const plans = [...next, ...leavers(previous, next)]
  const steps = await Promise.all(
    plans.map(plan => {
      const before = previous.find(one => isSame(one, plan))
      return stepFromObserved(before, plan, observe)
    }),
  )
  return steps.flat()
}

/** Plans that take over from others, of which nobody knows whether they were written: what is only in those is theirs to remove. */
export function takingOver(plans: readonly PacketPlan[], others: readonly PacketPlan[]): readonly PacketPlan[] {
  return plans.map(plan => {
    if (plan.backend !== 'iptables') return plan
    const same = iptablesPlans(others.filter(other => isSame(other, plan)))
    const chains = same.flatMap(({tables}) => Object.values(tables).flatMap(table => Object.keys(table.chains)))
    return {...plan, prefixes: [...new Set([...plan.prefixes, ...same.flatMap(one => one.prefixes), ...chains])]}
  })
}

/** One plan for what one component may have in one way, out of several that it may have been. */
export function anyOf(plans: readonly PacketPlan[]): readonly PacketPlan[] {
  const first = plans.filter((plan, at) => plans.findIndex(one => isSame(one, plan)) === at)
  return takingOver(first, plans)
}

/** Those that are rules of iptables. */
export function iptablesPlans(plans: readonly PacketPlan[]): readonly RulesPlan[] {
  return plans.flatMap(plan => (plan.backend === 'iptables' ? [plan] : []))
}

function stepTo(previous: PacketPlan | undefined, next: PacketPlan): readonly PacketOp[] {
  if (previous === next) return []
  switch (next.backend) {
    case 'nftables':
      return opOf(nftChangeBetween(of('nftables', previous), next))
    case 'iptables':
      return opOf(planBetween(of('iptables', previous), next))
    case 'ipset':
      return opOf(ipSetChangeBetween(of('ipset', previous), next))
    case 'ipvs':
      return opOf(ipvsChangeBetween(of('ipvs', previous), next))
  }
}

async function stepFromObserved(
  previous: PacketPlan | undefined,
  next: PacketPlan,
  observe: Observe,
): Promise<readonly PacketOp[]> {
  switch (next.backend) {
    case 'nftables':
      return next.table ? stepTo(undefined, next) : opOf(nftRemoval(next))
    case 'iptables':
      return opOf(planChange(await observe.rules(next.family), next))
    case 'ipset':
      return opOf(ipSetChangeFrom(await observe.sets(), of('ipset', previous), next))
    case 'ipvs':
      return opOf(ipvsChangeFrom((await observe.servers()).table, next))
  }
}

type Backend = PacketPlan['backend']

function of<B extends Backend>(
  backend: B,
  plan: PacketPlan | undefined,
): Extract<PacketPlan, {backend: B}> | undefined {
  return plan?.backend === backend ? (plan as Extract<PacketPlan, {backend: B}>) : undefined
}

function opOf(change: PacketOp['change'] | undefined): readonly PacketOp[] {
  return change === undefined ? [] : [{op: opNames[change.backend], change} as PacketOp]
}

const opNames: Readonly<Record<Backend, PacketOp['op']>> = {
  nftables: 'changeTable',
  iptables: 'changeRules',
  ipset: 'changeSets',
  ipvs: 'changeServers',
}

/* Plans of owners that want nothing any more in that way; what is named goes after what names it. */
function leavers(previous: readonly PacketPlan[], next: readonly PacketPlan[]): readonly PacketPlan[] {
  return previous
    .filter(plan => !next.some(one => isSame(one, plan)))
    .toReversed()
    .map(emptied)
}

/** What one component has in one of the kernel's ways of filtering packets. */
function isSame(a: PacketPlan, b: PacketPlan): boolean {
  return a.backend === b.backend && a.owner === b.owner && a.family === b.family
}

/** Without any rule; all that the plan had is its own, and goes. */
function emptied(plan: PacketPlan): PacketPlan {
  switch (plan.backend) {
    case 'nftables':
      return {...plan, table: undefined}
    case 'ipset':
      return {...plan, sets: {}}
    case 'ipvs':
      return {...plan, table: {}}
    case 'iptables': {
      const chains = Object.values(plan.tables).flatMap(table => Object.keys(table.chains))
      return {...plan, prefixes: [...plan.prefixes, ...chains], tables: {}}
    }
  }
}
