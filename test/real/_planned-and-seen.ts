import {parseIpSets} from '../../src/kernel/ipset/parse.ts'
import type {IpSets} from '../../src/kernel/ipset/set.ts'
import {parseIpvsTable} from '../../src/kernel/ipvs/parse.ts'
import type {IpvsTable} from '../../src/kernel/ipvs/table.ts'
import {parseNftTable} from '../../src/kernel/nftables/parse.ts'
import type {NftTable} from '../../src/kernel/nftables/table.ts'
import {parseIptablesSave, printIptablesRule} from '../../src/kernel/rules/iptables.ts'
import type {IptablesTable} from '../../src/kernel/ruleset.ts'
import type {PacketPlan} from '../../src/node/plan.ts'

/** In what a node's rules differ from what kube-proxy plans, line by line; the cluster's own Services do not count. `seen` is the text of iptables-save, or of ip6tables-save, and that of nft after it. */
export function differences(plans: readonly PacketPlan[], seen: string): readonly string[] {
  const at = seen.search(/^table ip6? kube-proxy \{/m)
  const [saved, listed] = at < 0 ? [seen, ''] : [seen.slice(0, at), seen.slice(at)]
  const there = new Set([...iptablesLines(saved), ...(listed === '' ? [] : tableLines(parseNftTable(listed)))])
  const wanted = new Set(plans.flatMap(planLines))
  return [
    ...[...wanted].filter(line => !there.has(line)).map(line => `missing: ${line}`),
    ...[...there].filter(line => !wanted.has(line) && !isUsual(line)).map(line => `too many: ${line}`),
  ]
}

/** What kube-proxy plans of sets and virtual servers and a node has not. `seen` is the text of `ipset save`, a line `@@`, and that of `ipvsadm -Sn`. */
export function missing(plans: readonly PacketPlan[], seen: string): readonly string[] {
  const [saved = '', listed = ''] = seen.split('@@\n')
  const there = new Set([...setLines(parseIpSets(saved)), ...serverLines(parseIpvsTable(listed))])
  const wanted = plans.flatMap(plan =>
    plan.backend === 'ipset' ? setLines(plan.sets) : plan.backend === 'ipvs' ? serverLines(plan.table) : [],
  )
  return wanted.filter(line => !there.has(line)).map(line => `missing: ${line}`)
}

function setLines(sets: IpSets): readonly string[] {
  return Object.entries(sets).flatMap(([name, {entries}]) => entries.map(entry => `${name} ${entry}`))
}

function serverLines(table: IpvsTable): readonly string[] {
  return Object.entries(table).flatMap(([key, {servers}]) => [
    key,
    ...Object.entries(servers).map(([place, weight]) => `${key} ${place} ${weight}`),
  ])
}

/** Where the proxy of the userspace mode listens for each service port, by what the rules say; they leave a colon after one without a name. */
export function proxyPortsIn(saved: string): ReadonlyMap<string, number> {
  const rule = /^-A KUBE-PORTALS-CONTAINER .*--comment "?([^" ]+)"? .*--to-ports (\d+)$/gm
  return new Map([...saved.matchAll(rule)].map(([, name = '', port]) => [name.replace(/:$/, ''), Number(port)]))
}

/* What every cluster has: the Service of the API, and the DNS. */
function isUsual(line: string): boolean {
  return /default\/kubernetes|kube-system\/kube-dns|^cluster-ips \{ 10\.96\.0\.10? \}/.test(line)
}

function planLines(plan: PacketPlan): readonly string[] {
  if (plan.backend === 'nftables') return plan.table ? tableLines(plan.table) : []
  if (plan.backend !== 'iptables') return []
  return (Object.keys(plan.tables) as IptablesTable[]).flatMap(table =>
    Object.entries(plan.tables[table]?.chains ?? {}).flatMap(([chain, rules]) =>
      rules.map(rule => `${table} ${printIptablesRule(chain, rule)}`),
    ),
  )
}

/* kube-proxy's own chains. */
function iptablesLines(saved: string): readonly string[] {
  const {tables} = parseIptablesSave(saved)
  return (Object.keys(tables) as IptablesTable[]).flatMap(table =>
    Object.entries(tables[table] ?? {}).flatMap(([chain, {rules}]) =>
      chain.startsWith('KUBE-') ? rules.map(rule => `${table} ${printIptablesRule(chain, rule)}`) : [],
    ),
  )
}

function tableLines({sets, maps, chains}: NftTable): readonly string[] {
  return [
    ...Object.entries(sets).flatMap(([name, {elements}]) => elements.map(element => `${name} { ${element} }`)),
    ...Object.entries(maps).flatMap(([name, {elements}]) =>
      Object.entries(elements).map(([key, {value}]) => `${name} { ${key} : ${value} }`),
    ),
    ...Object.entries(chains).flatMap(([name, {rules}]) => rules.map(rule => `${name} ${inOrder(rule)}`)),
  ]
}

/* nft lists a set without a name in an order of its own. */
function inOrder(rule: string): string {
  return rule.replace(/!= \{ (.*) \}/, (_, list: string) => `!= { ${list.split(', ').sort().join(', ')} }`)
}
