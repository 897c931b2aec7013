import {lazily, type Parts, partsMade, partsOf} from '../../kernel/parts.ts'
import {type OwnChains, sameRules, tableOfParts} from '../../kernel/rules/iptables.ts'
import type {IptablesRule, IptablesTable, RulesPlan} from '../../kernel/ruleset.ts'
import {dependsOnNode, type ServiceContext} from './iptables-service.ts'
import {chainsOfAllProfiles, type IptablesProfile, profileOf} from './profiles.ts'
import type {ProxyContext, ProxyMode} from './proxy-mode.ts'
import {remembered, rememberedBy} from './remembered.ts'
import type {Row} from './rule.ts'
import type {ServicePort} from './service-port.ts'

/**
 * kube-proxy's iptables mode, as of Kubernetes 1.30 or of an older version (profiles.ts). A Service is no process and no interface: its address exists only in rules.
 * A packet for a cluster IP meets KUBE-SERVICES before it is routed (nat PREROUTING, or OUTPUT for the node's own). There one
 * rule a Service sends it to the Service's chain, KUBE-SVC-..., which draws lots among the endpoints; the endpoint's chain,
 * KUBE-SEP-..., writes the pod's address into the packet (DNAT). The kernel remembers the connection (conntrack): later packets
 * go the same way without meeting a rule, and answers get the Service's address back.
 */
export const iptables: ProxyMode = {
  plan: (ports, context) => ({
    // 127.0.0.1 is no way to a node port with IPv6, whatever its settings
    ...(context.family === undefined && {
      state: {sysctls: {'net.ipv4.conf.all.route_localnet': (context.localhostNodePorts ?? true) ? '1' : '0'}},
    }),
    rules: [iptablesPlan(ports, context)],
  }),
}

/** Beyond so many endpoints kube-proxy saves on comments. */
const largeCluster = 1000

/** All rules of iptables that a node has for its Services. */
export function iptablesPlan(ports: readonly ServicePort[], context: ProxyContext): RulesPlan {
  const count = ports.reduce((sum, port) => sum + port.endpoints.length, 0)
  const commenting = {...context, commentEndpoints: count <= largeCluster}
  const inside = insideOf(commenting)
  const known = {everywhere: knownSections(commenting), inside: knownSections(inside)}
  const sectionOf = (port: ServicePort) =>
    dependsOnNode(port) ? knownSection(port, commenting, known.everywhere) : knownSection(port, inside, known.inside)
  const memory = lastPlans(commenting)
  const planned = (memory.last && stepFrom(memory.last, ports, sectionOf)) ?? planAll(ports, context, sectionOf)
  memory.last = planned
  return {
    backend: 'iptables',
    ...(context.family && {family: context.family}),
    owner: 'kube-proxy',
    prefixes: [...servicePrefixes, ...chainsOfAllProfiles],
    tables: tablesOf(planned, profileOf(context)),
  }
}

/* What nodes have in common that rules for packets from inside go by. */
function insideOf({nodeIp: _ip, addresses: _all, nodeName: _name, ...context}: ServiceContext): ServiceContext {
  return {...context, nodeName: ''}
}

type Chains = Record<string, IptablesRule[]>

/** The rules of one port: in chains that all share, and in those of its own. */
type Section = {readonly shared: readonly Row[]; readonly own: Readonly<Partial<Record<IptablesTable, OwnChains>>>}

/*
 * The rules of a port that is the same as before, for a node that is told the same. Most are the same on all nodes; those for packets from
 * outside, and to pods of the node itself, are not.
 */
function knownSection(port: ServicePort, context: ServiceContext, known: WeakMap<ServicePort, Section>): Section {
  return remembered(known, port, () => {
    const profile = profileOf(context)
    return sectionOf(profile.serviceRows(port, context), profile)
  })
}

const knownSections = rememberedBy<WeakMap<ServicePort, Section>>(() => new WeakMap())

function sectionOf(rows: readonly Row[], {baseChains}: IptablesProfile): Section {
  const shared: Row[] = []
  const own: Partial<Record<IptablesTable, Map<string, IptablesRule[]>>> = {}
  for (const row of rows) {
    const {table, chain, rule} = row
    if (baseChains[table]?.includes(chain)) shared.push(row)
    else {
      own[table] ??= new Map()
      const rules = own[table].get(chain)
      if (rules) rules.push(rule)
      else own[table].set(chain, [rule])
    }
  }
  return {shared, own: Object.fromEntries(Object.entries(own).map(([table, chains]) => [table, [...chains]]))}
}

function place(chains: Chains, {chain, rule}: Row): void {
  const rules = chains[chain]
  if (rules) rules.push(rule)
  else chains[chain] = [rule]
}

const servicePrefixes = ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-EXT-', 'KUBE-FW-', 'KUBE-XLB-', 'KUBE-SEP-']

/** A plan in parts: of each table the chains that all share, and those of each port, each worked out when it is asked for. */
type Planned = {
  readonly ports: readonly ServicePort[]
  shared(): Readonly<Record<IptablesTable, Chains>>
  readonly own: Readonly<Record<IptablesTable, Parts<OwnChains>>>
}

/* Asked again for the same port, it answers the same. */
type SectionOf = (port: ServicePort) => Section

const lastPlans = rememberedBy<{last?: Planned}>(() => ({}))

/* The way from the last plan when a few ports have become others that say the same in the chains that all share: endpoints have changed. */
function stepFrom(last: Planned, ports: readonly ServicePort[], sectionOf: SectionOf): Planned | undefined {
  if (ports.length !== last.ports.length) return undefined
  const changed: number[] = []
  for (let at = 0; at < ports.length; at++) if (ports[at] !== last.ports[at]) changed.push(at)
  if (changed.length > fewPorts) return undefined
  const sectionAt = (at: number, all = ports) => sectionOf(all[at] as ServicePort)
  if (!changed.every(at => sameRows(sectionAt(at).shared, sectionAt(at, last.ports).shared))) return undefined
  const own = tablesWith(table => {
    const chains = [...last.own[table].all()]
    for (const at of changed) chains[at] = ownOf(sectionAt(at), table)
    return partsOf(chains)
  })
  return {...last, ports, own}
}

const fewPorts = 10

function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  const isSame = ({table, chain, rule}: Row, other: Row | undefined) =>
    table === other?.table && chain === other.chain && sameRules([rule], [other.rule])
  return a.length === b.length && a.every((row, at) => isSame(row, b[at]))
}

function planAll(ports: readonly ServicePort[], context: ProxyContext, sectionOf: SectionOf): Planned {
  const shared = lazily(() => sharedOf(ports.map(sectionOf), context))
  const own = tablesWith(table => partsMade(ports.length, at => ownOf(sectionOf(ports[at] as ServicePort), table)))
  return {ports, shared, own}
}

function sharedOf(sections: readonly Section[], context: ProxyContext): ReturnType<Planned['shared']> {
  const {baseChains, fixedRows} = profileOf(context)
  const shared = tablesWith<Chains>(table => Object.fromEntries((baseChains[table] ?? []).map(chain => [chain, []])))
  for (const section of sections) for (const row of section.shared) place(shared[row.table], row)
  for (const row of fixedRows(context)) place(shared[row.table], row)
  return shared
}

function ownOf({own}: Section, table: IptablesTable): OwnChains {
  return own[table] ?? none
}

const none: OwnChains = []

function tablesOf({shared, own}: Planned, {baseChains, baseJumps}: IptablesProfile): RulesPlan['tables'] {
  const tables = Object.entries(baseChains) as [IptablesTable, readonly string[]][]
  return Object.fromEntries(
    tables.map(([name, names]) => [
      name,
      tableOfParts({names, shared: () => shared()[name], own: own[name], jumps: baseJumps[name] ?? []}),
    ]),
  )
}

function tablesWith<T>(make: (name: IptablesTable) => T): Record<IptablesTable, T> {
  return {raw: make('raw'), mangle: make('mangle'), nat: make('nat'), filter: make('filter')}
}
