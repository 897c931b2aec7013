import {readFileSync} from 'node:fs'
import test from 'ava'
import {parseNftTable} from '../../../../src/kernel/nftables/parse.ts'
import type {NftTable} from '../../../../src/kernel/nftables/table.ts'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planChange,
  printIptablesSave,
} from '../../../../src/kernel/rules/iptables.ts'
import {iptablesPlan} from '../../../../src/node/proxy/iptables.ts'
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
