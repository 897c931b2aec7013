import {printIpSets} from '../kernel/ipset/change.ts'
import {printIpvsTable} from '../kernel/ipvs/change.ts'
import {printIptablesRule} from '../kernel/rules/iptables.ts'
import type {IptablesTable, RulesPlan} from '../kernel/ruleset.ts'
import {iptablesPlan} from '../node/proxy/iptables.ts'
import {ipvsPlans, ipvsState} from '../node/proxy/ipvs/ipvs.ts'
import {nftablesPlan} from '../node/proxy/nftables/nftables.ts'
import type {ProxyContext} from '../node/proxy/proxy-mode.ts'
import {type ServicePort, splitName} from '../node/proxy/service-port.ts'
import {expectedSockets} from '../node/proxy/userspace/proxy-port.ts'
import {userspacePlan} from '../node/proxy/userspace/userspace.ts'

/** What kube-proxy writes for one Service on one node, by what it is for. */
export type ServiceRules = Readonly<Record<RuleStage, readonly string[]>>

/** How a packet comes to the Service, how an endpoint is chosen, and what is done to the packet then. */
export type RuleStage = 'find' | 'choose' | 'rewrite'

type Ports = readonly ServicePort[]

/** The rules of a Service as each mode writes them. */
export const serviceRules = {
  userspace: (ports: Ports, context: ProxyContext) =>
    sorted(ports, context, {linesOf: userspaceLines, stageOf: () => 'find'}),
  iptables: (ports: Ports, context: ProxyContext) =>
    sorted(ports, context, {linesOf: iptablesLines, stageOf: iptablesStage}),
  ipvs: (ports: Ports, context: ProxyContext) => sorted(ports, context, {linesOf: ipvsLines, stageOf: ipvsStage}),
  nftables: (ports: Ports, context: ProxyContext) => sorted(ports, context, {linesOf: nftLines, stageOf: nftStage}),
} as const satisfies Readonly<Record<string, (ports: Ports, context: ProxyContext) => ServiceRules>>

/** The ports of a Service among those of all. */
export function portsOf(all: Ports, {namespace, name}: {readonly namespace: string; readonly name: string}): Ports {
  return all.filter(port => {
    const {namespace: where, service} = splitName(port.name)
    return where === namespace && service === name
  })
}

type Line = {readonly place: string; readonly text: string}

type Way = {
  linesOf(ports: Ports, context: ProxyContext): readonly Line[]
  stageOf(line: Line): RuleStage
}

/* What a node without this Service has, too, is not the Service's. */
function sorted(ports: Ports, context: ProxyContext, {linesOf, stageOf}: Way): ServiceRules {
  const always = new Set(linesOf([], context).map(({text}) => text))
  const own = linesOf(ports, context).filter(({text}) => !always.has(text))
  const at = (stage: RuleStage) => own.filter(line => stageOf(line) === stage).map(({text}) => text)
  return {find: at('find'), choose: at('choose'), rewrite: at('rewrite')}
}

/* All that these rules do is lead to kube-proxy, which chooses. */
function userspaceLines(ports: Ports, context: ProxyContext): readonly Line[] {
  return linesOf(userspacePlan(ports, {...context, proxySockets: expectedSockets(ports, context.portRange)}))
}

function iptablesLines(ports: Ports, context: ProxyContext): readonly Line[] {
  return linesOf(iptablesPlan(ports, context))
}

function linesOf({tables}: RulesPlan): readonly Line[] {
  return (['filter', 'nat'] satisfies IptablesTable[]).flatMap(table =>
    Object.entries(tables[table]?.chains ?? {}).flatMap(([chain, rules]) =>
      rules.map(rule => ({
        place: chain,
        text: `${printIptablesRule(chain, rule)}${table === 'nat' ? '' : ` (${table})`}`,
      })),
    ),
  )
}

function iptablesStage({place}: Line): RuleStage {
  if (place.startsWith('KUBE-SEP-')) return 'rewrite'
  return /^KUBE-(SVC|SVL|EXT|FW)-/.test(place) ? 'choose' : 'find'
}

/* An address on kube-ipvs0 and a virtual server find the Service, its real servers are chosen from, and sets say what else befalls a packet. */
function ipvsLines(ports: Ports, context: ProxyContext): readonly Line[] {
  const bound = (ipvsState(ports, context).addresses ?? []).map(({address, link}) => ({
    place: 'address',
    text: `ip addr add ${address} dev ${link}`,
  }))
  return [
    ...bound,
    ...ipvsPlans(ports, context).flatMap(plan => {
      if (plan.backend === 'iptables') return linesOf(plan)
      const lines =
        plan.backend === 'ipset' ? printIpSets(plan.sets) : plan.backend === 'ipvs' ? printIpvsTable(plan.table) : ''
      return lines.split('\n').flatMap(text => (text === '' ? [] : [{place: text.split(' ')[0] ?? '', text}]))
    }),
  ]
}

function ipvsStage({place}: Line): RuleStage {
  return place === '-A' || place === 'address' ? 'find' : place === '-a' ? 'choose' : 'rewrite'
}

function nftLines(ports: Ports, context: ProxyContext): readonly Line[] {
  const {table} = nftablesPlan(ports, context)
  return [
    ...Object.entries(table?.maps ?? {}).flatMap(([map, {elements}]) =>
      Object.entries(elements).map(([key, {value}]) => ({place: map, text: `${map} { ${key} : ${value} }`})),
    ),
    ...Object.entries(table?.chains ?? {}).flatMap(([chain, {rules}]) =>
      rules.map(rule => ({place: chain, text: `${chain} ${rule}`})),
    ),
  ]
}

function nftStage({place}: Line): RuleStage {
  if (place.startsWith('endpoint-')) return 'rewrite'
  return /^(service|local|external|firewall)-[A-Z2-7]{8}-/.test(place) ? 'choose' : 'find'
}
