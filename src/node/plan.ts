import type {IpSetPlan} from '../kernel/ipset/set.ts'
import type {IpvsPlan} from '../kernel/ipvs/table.ts'
import type {NftPlan} from '../kernel/nftables/table.ts'
import type {RulesPlan} from '../kernel/ruleset.ts'
import type {NetnsState} from '../kernel/state.ts'
import type {Daemon} from './daemon.ts'
import {PlanError} from './plan-error.ts'

/** What one component wants of the kernel's packet filters, in one of its ways. */
export type PacketPlan = RulesPlan | NftPlan | IpSetPlan | IpvsPlan

/** What one component wants in a node's network namespace. Contributions are joined into the node's plan. */
export type Contribution = {
  readonly state?: Partial<NetnsState>
  readonly rules?: readonly PacketPlan[]
  /** Files in the node, by absolute path: what flannel or docker leave for others to read. */
  readonly files?: Readonly<Record<string, string>>
  /** Programs that run beside the kernel. */
  readonly daemons?: readonly Daemon[]
  /** What people should know: where this machine cannot give what is meant, and what stands in for it. */
  readonly notes?: readonly string[]
}

/** The wanted state of a node. */
export type NodePlan = {
  readonly state: NetnsState
  readonly rules: readonly PacketPlan[]
  readonly files: Readonly<Record<string, string>>
  readonly daemons: readonly Daemon[]
  readonly notes: readonly string[]
}

/** A node's plan out of what its components want, in their order; throws PlanError when two want different things. */
export function joinContributions(parts: readonly Contribution[]): NodePlan {
  const states = parts.flatMap(({state}) => (state === undefined ? [] : [state]))
  const rules = parts.flatMap(part => part.rules ?? [])
  const daemons = parts.flatMap(part => part.daemons ?? [])
  refuseTwice(
    'two plans of rules are owned by',
    rules.map(({owner, family}) => (family === 'IPv6' || family === 'ip6' ? `${owner} for IPv6` : owner)),
  )
  refuseTwice(
    'two components run',
    daemons.map(({program}) => program),
  )
  return {
    state: joinStates(states),
    rules,
    daemons,
    notes: parts.flatMap(part => part.notes ?? []),
    files: joinRecords(
      'file',
      parts.map(({files}) => files ?? {}),
    ),
  }
}

function joinStates(states: readonly Partial<NetnsState>[]): NetnsState {
  const links = states.flatMap(state => state.links ?? [])
  refuseTwice(
    'two components make the link',
    links.map(({name}) => name),
  )
  return {
    links,
    addresses: states.flatMap(state => state.addresses ?? []),
    routes: states.flatMap(state => state.routes ?? []),
    neighbours: states.flatMap(state => state.neighbours ?? []),
    fdb: states.flatMap(state => state.fdb ?? []),
    sysctls: joinRecords(
      'sysctl',
      states.map(state => state.sysctls ?? {}),
    ),
  }
}

/** The same value from two components is one wish; different values are a contradiction. */
function joinRecords(what: string, records: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const joined = new Map<string, string>()
  for (const [name, value] of records.flatMap(record => Object.entries(record))) {
    const other = joined.get(name)
    if (other !== undefined && other !== value)
      throw new PlanError(`two components want the ${what} ${name} to be "${other}" and "${value}"`)
    joined.set(name, value)
  }
  return Object.fromEntries(joined)
}

function refuseTwice(what: string, names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new PlanError(`${what} ${name}`)
    seen.add(name)
  }
}
