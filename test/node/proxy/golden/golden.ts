import {readFileSync} from 'node:fs'
import test from 'ava'
import {parseIpSets} from '../../../../src/kernel/ipset/parse.ts'
import {printIpvsTable} from '../../../../src/kernel/ipvs/change.ts'
import {parseIpvsTable} from '../../../../src/kernel/ipvs/parse.ts'
import type {IpvsTable} from '../../../../src/kernel/ipvs/table.ts'
import {parseNftTable} from '../../../../src/kernel/nftables/parse.ts'
import type {NftTable} from '../../../../src/kernel/nftables/table.ts'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planChange,
  printIptablesSave,
} from '../../../../src/kernel/rules/iptables.ts'
import {iptablesPlans} from '../../../../src/node/packet-plans.ts'
import {iptablesPlan} from '../../../../src/node/proxy/iptables.ts'
import {ipvsPlans} from '../../../../src/node/proxy/ipvs/ipvs.ts'
import {nftablesPlan} from '../../../../src/node/proxy/nftables/nftables.ts'
import {context, goldenFile, reference} from './_reference.ts'

const golden = (name: Parameters<typeof goldenFile>[0]) => readFileSync(goldenFile(name), 'utf8')

function planned() {
  const change = planChange(emptyRuleset, iptablesPlan(reference, context))
  if (change === undefined) throw new Error('rules are wanted')
  return applyRulesChange(emptyRuleset, change)
}

test('iptables-save of the reference cluster is what is planned, to the character', t => {
  t.is(printIptablesSave(planned()), golden('iptables-save'))
})

test('iptables-save of the reference cluster is read back: nothing of what is planned is left to do', t => {
  const seen = parseIptablesSave(golden('iptables-save'))
  t.is(planChange(seen, iptablesPlan(reference, context)), undefined)
  t.is(printIptablesSave(seen), golden('iptables-save'))
})

test('nft lists the table of the reference cluster as it is planned', t => {
  const {table} = nftablesPlan(reference, context)
  t.deepEqual<unknown, unknown>(inOrder(parseNftTable(golden('nft'))), table && inOrder(table))
})

test('a golden with another rule is not what is planned', t => {
  const other = golden('iptables-save').replace('--dport 80 ', '--dport 81 ')
  t.not(planChange(parseIptablesSave(other), iptablesPlan(reference, context)), undefined)
  const {table} = nftablesPlan(reference, context)
  const changed = golden('nft').replace('dnat to 172.17.12.2', 'dnat to 172.17.12.9')
  t.notDeepEqual<unknown, unknown>(inOrder(parseNftTable(changed)), table && inOrder(table))
})

const inIpvsMode = ipvsPlans(reference, context)

test('the sets of ipvs mode are what is planned, and read back as such', t => {
  const sets = inIpvsMode.flatMap(plan => (plan.backend === 'ipset' ? [plan.sets] : []))
  t.deepEqual(sets, [parseIpSets(golden('ipvs.ipset-save'))])
})

test('the virtual servers of ipvs mode are what is planned, and read back as such', t => {
  const lines = (table: IpvsTable) => printIpvsTable(table).split('\n').toSorted()
  const tables = inIpvsMode.flatMap(plan => (plan.backend === 'ipvs' ? [lines(plan.table)] : []))
  t.deepEqual(tables, [lines(parseIpvsTable(golden('ipvs.ipvsadm-Sn')))])
})

test('the rules of ipvs mode are what is planned, and read back as such', t => {
  const [plan] = iptablesPlans(inIpvsMode)
  if (plan === undefined) throw new Error('rules are wanted')
  const seen = parseIptablesSave(golden('ipvs.iptables-save'))
  t.is(planChange(seen, plan), undefined)
  t.is(printIptablesSave(seen), golden('ipvs.iptables-save'))
})

test('goldens of ipvs mode with another port, weight or set are not what is planned', t => {
  const [plan] = iptablesPlans(inIpvsMode)
  const other = golden('ipvs.iptables-save').replace('KUBE-CLUSTER-IP dst,dst', 'KUBE-CLUSTER-IP src,dst')
  t.not(plan && planChange(parseIptablesSave(other), plan), undefined)
  const sets = golden('ipvs.ipset-save').replace('10.96.0.10,udp:53', '10.96.0.10,udp:54')
  t.notDeepEqual(parseIpSets(sets), parseIpSets(golden('ipvs.ipset-save')))
  const servers = golden('ipvs.ipvsadm-Sn').replace('-w 1', '-w 2')
  t.notDeepEqual(parseIpvsTable(servers), parseIpvsTable(golden('ipvs.ipvsadm-Sn')))
})

/* Chains, sets and elements have no order. */
function sortedKeys<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function inOrder({sets, maps, chains, ...rest}: NftTable) {
  const setsInOrder = Object.entries(sets).map(([name, set]) => [name, {...set, elements: set.elements.toSorted()}])
  const mapsInOrder = Object.entries(maps).map(([name, map]) => [name, {...map, elements: sortedKeys(map.elements)}])
  return {
    ...rest,
    chains: sortedKeys(chains),
    sets: sortedKeys(Object.fromEntries(setsInOrder)),
    maps: sortedKeys(Object.fromEntries(mapsInOrder)),
  }
}
