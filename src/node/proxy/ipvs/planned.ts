import type {IpSets} from '../../../kernel/ipset/set.ts'
import type {IpvsPart} from '../../../kernel/ipvs/parts.ts'
import type {RulesPlan} from '../../../kernel/ruleset.ts'
import type {LinkAddress} from '../../../kernel/state.ts'
import {cidrOf} from '../../../net/cidr.ts'
import type {Ip} from '../../../net/ip.ts'
import type {ProxyContext} from '../proxy-mode.ts'
import {fewOthers, rememberedBy} from '../remembered.ts'
import {hasFirewall, type ServicePort} from '../service-port.ts'
import {type Entry, entriesBy} from './entries.ts'
import {ipSetsAfter, ipSetsOf} from './ip-sets.ts'
import {ipvsRules} from './rules.ts'
import {virtualServersBy} from './servers.ts'

/** What there is to be on a node for its Services. What has not changed since the last time is the very same object. */
export type Planned = {
  readonly ports: readonly ServicePort[]
  /** The virtual servers of each port, and what each puts into sets. */
  readonly servers: readonly IpvsPart[]
  readonly entries: readonly (readonly Entry[])[]
  readonly sets: IpSets
  readonly rules: RulesPlan
  readonly addresses: readonly LinkAddress[]
}

/** The link that has the addresses of all Services. */
export const ipvsLink = 'kube-ipvs0'

/** A plan for all ports: a step from the last one when only a few are others than then, as when endpoints change. */
export function planned(ports: readonly ServicePort[], context: ProxyContext): Planned {
  const memory = lastPlans(context)
  memory.last = (memory.last && stepFrom(memory.last, ports, context)) ?? planAll(ports, context)
  return memory.last
}

const lastPlans = rememberedBy<{last?: Planned}>(() => ({}))

function planAll(ports: readonly ServicePort[], context: ProxyContext): Planned {
  const entries = ports.map(entriesBy(context))
  const sets = ipSetsOf(entries)
  const rules = ipvsRules(ports, sets, context)
  return {ports, entries, sets, rules, servers: ports.map(virtualServersBy(context)), addresses: addressesIn(sets)}
}

function stepFrom(last: Planned, ports: readonly ServicePort[], context: ProxyContext): Planned | undefined {
  const changed = fewOthers(last.ports, ports)
  if (changed === undefined) return undefined
  const [entriesOf, serversOf] = [entriesBy(context), virtualServersBy(context)]
  const [entries, servers] = [[...last.entries], [...last.servers]]
  for (const at of changed) {
    entries[at] = entriesOf(ports[at] as ServicePort)
    servers[at] = serversOf(ports[at] as ServicePort)
  }
  const sets = changed.reduce((sets, at) => {
    const [before = [], after = []] = [last.entries[at], entries[at]]
    return ipSetsAfter(sets, {before, after, all: entries})
  }, last.sets)
  const concerned = changed.flatMap(at => [last.ports[at] as ServicePort, ports[at] as ServicePort])
  return {
    ...{ports, entries, servers, sets},
    rules: isSameToRules({last, sets, concerned}) ? last.rules : ipvsRules(ports, sets, context),
    addresses: sets[boundSet] === last.sets[boundSet] ? last.addresses : addressesIn(sets),
  }
}

const boundSet = 'KUBE-IPVS-IPS'

function addressesIn(sets: IpSets): readonly LinkAddress[] {
  return (sets[boundSet]?.entries ?? []).map(ip => ({link: ipvsLink, address: cidrOf(ip as Ip, 32)}))
}

/* Rules ask sets that have entries, and name no Service but those that keep somebody out. */
function isSameToRules({last, sets, concerned}: {last: Planned; sets: IpSets; concerned: readonly ServicePort[]}) {
  const hasSome = (all: IpSets, name: string) => (all[name]?.entries.length ?? 0) > 0
  const areAsked = Object.keys(sets).every(name => hasSome(sets, name) === hasSome(last.sets, name))
  return areAsked && !concerned.some(hasFirewall)
}
