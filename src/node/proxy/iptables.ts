import {sameRules, tableOfParts} from '../../kernel/rules/iptables.ts'
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
type Section = {readonly shared: readonly Row[]; readonly own: readonly (readonly [IptablesTable, Chains])[]}

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
  const isShared = ({table, chain}: Row) => baseChains[table]?.includes(chain) ?? false
  const own = Map.groupBy(
    rows.filter(row => !isShared(row)),
    ({table}) => table,
  )
  return {shared: rows.filter(isShared), own: [...own].map(([table, all]) => [table, chainsOf(all)])}
}

function chainsOf(rows: readonly Row[]): Chains {
  const chains: Chains = {}
  for (const row of rows) place(chains, row)
  return chains
}

function place(chains: Chains, {chain, rule}: Row): void {
  const rules = chains[chain]
  if (rules) rules.push(rule)
  else chains[chain] = [rule]
}

const servicePrefixes = ['KUBE-SVC-', 'KUBE-SVL-', 'KUBE-EXT-', 'KUBE-FW-', 'KUBE-XLB-', 'KUBE-SEP-']

/** A plan in parts: of each table the chains that all share, and those of each port. */
type Planned = {
  readonly ports: readonly ServicePort[]
  readonly sections: readonly Section[]
  readonly shared: Readonly<Record<IptablesTable, Chains>>
  readonly own: Readonly<Record<IptablesTable, readonly Chains[]>>
}

type SectionOf = (port: ServicePort) => Section

const lastPlans = rememberedBy<{last?: Planned}>(() => ({}))

/* The way from the last plan when a few ports have become others that say the same in the chains that all share: endpoints have changed. */
function stepFrom(last: Planned, ports: readonly ServicePort[], sectionOf: SectionOf): Planned | undefined {
  if (ports.length !== last.ports.length) return undefined
  const changed: number[] = []
  for (let at = 0; at < ports.length; at++) if (ports[at] !== last.ports[at]) changed.push(at)
  if (changed.length > fewPorts) return undefined
  const sections = [...last.sections]
  for (const at of changed) sections[at] = sectionOf(ports[at] as ServicePort)
  if (!changed.every(at => sameRows(sections[at]?.shared, last.sections[at]?.shared))) return undefined
  const own = tablesWith(table => {
    const chains = [...last.own[table]]
    for (const at of changed) chains[at] = ownOf(sections[at] as Section, table)
    return chains
  })
  return {...last, ports, sections, own}
}

const fewPorts = 10

function sameRows(a: readonly Row[] = [], b: readonly Row[] = []): boolean {
  const isSame = ({table, chain, rule}: Row, other: Row | undefined) =>
    table === other?.table && chain === other.chain && sameRules([rule], [other.rule])
  return a.length === b.length && a.every((row, at) => isSame(row, b[at]))
}

function planAll(ports: readonly ServicePort[], context: ProxyContext, sectionOf: SectionOf): Planned {
  const {baseChains, fixedRows} = profileOf(context)
  const sections = ports.map(sectionOf)
  const shared = tablesWith<Chains>(table => Object.fromEntries((baseChains[table] ?? []).map(chain => [chain, []])))
  for (const section of sections) for (const row of section.shared) place(shared[row.table], row)
  for (const row of fixedRows(context)) place(shared[row.table], row)
  return {ports, sections, shared, own: tablesWith(table => sections.map(section => ownOf(section, table)))}
}

function ownOf({own}: Section, table: IptablesTable): Chains {
  return own.find(([name]) => name === table)?.[1] ?? none
}

const none: Chains = {}

function tablesOf({shared, own}: Planned, {baseChains, baseJumps}: IptablesProfile): RulesPlan['tables'] {
  const names = Object.keys(baseChains) as IptablesTable[]
  return Object.fromEntries(
    names.map(name => [name, tableOfParts({shared: shared[name], own: own[name], jumps: baseJumps[name] ?? []})]),
  )
}

function tablesWith<T>(make: (name: IptablesTable) => T): Record<IptablesTable, T> {
  return {raw: make('raw'), mangle: make('mangle'), nat: make('nat'), filter: make('filter')}
}
