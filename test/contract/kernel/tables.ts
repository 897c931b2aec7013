import type {TestFn} from 'ava'
import type {Kernel} from '../../../src/kernel/kernel.ts'
import {nftChangeBetween} from '../../../src/kernel/nftables/change.ts'
import type {NftPlan, NftTable} from '../../../src/kernel/nftables/table.ts'

/** Tables of nftables are seen as they were written. */
export function tables(test: TestFn, kernel: Kernel): void {
  test('a table of nftables is seen as it was written, until it goes', async t => {
    await kernel.create('tables')
    const plan: NftPlan = {backend: 'nftables', owner: 'test', family: 'ip', name: 'own', table}
    const change = nftChangeBetween(undefined, plan)
    const removal = nftChangeBetween(plan, {...plan, table: undefined})
    t.is(await kernel.observeTable('tables', plan), undefined)
    if (change) await kernel.apply('tables', [{op: 'changeTable', change}])
    t.deepEqual(await kernel.observeTable('tables', plan), table)
    t.is(await kernel.observeTable('tables', {...plan, family: 'ip6'}), undefined)
    if (removal) await kernel.apply('tables', [{op: 'changeTable', change: removal}])
    t.is(await kernel.observeTable('tables', plan), undefined)
  })

  test('rules of a table are changed one chain at a time, and a chain may be left empty', async t => {
    await kernel.create('steps')
    const plan: NftPlan = {backend: 'nftables', owner: 'test', family: 'ip', name: 'own', table}
    const {two: _old, ...kept} = table.chains
    const two = {
      rules: [
        'ip saddr 172.17.12.2 tcp dport 80 jump three',
        'numgen random mod 2 vmap { 0 : goto three, 1 : goto four }',
      ],
    }
    const more = {...kept, two, three: {rules: ['meta l4proto tcp accept']}, four: {rules: ['counter drop']}}
    const steps: readonly NftPlan[] = [
      plan,
      {...plan, table: {...table, chains: more}},
      {...plan, table: {...table, chains: {...kept, two: {rules: ['drop']}}}, leaving: ['three', 'four']},
      {...plan, table: {...table, chains: {...kept, two, three: {rules: ['accept']}, four: {rules: ['drop']}}}},
      {...plan, table: {...table, chains: {...kept, two: {rules: ['drop']}}}},
    ]
    for (const [at, step] of steps.entries()) {
      const change = nftChangeBetween(steps[at - 1], step)
      if (change) await kernel.apply('steps', [{op: 'changeTable', change}])
      const empty = Object.fromEntries((step.leaving ?? []).map(name => [name, {rules: []}]))
      t.deepEqual(
        namesOf(await kernel.observeTable('steps', plan)),
        namesOf({...table, chains: {...step.table?.chains, ...empty}}),
      )
    }
  })
}

/* Counters count, and nft prints what they have counted. */
function namesOf(found: NftTable | undefined): Readonly<Record<string, readonly string[]>> {
  const chains = Object.entries(found?.chains ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    chains.map(([name, {rules}]) => [name, rules.map(rule => rule.replace(/ packets \d+ bytes \d+/, ''))]),
  )
}

const table: NftTable = {
  comment: 'a table',
  sets: {some: {type: 'ipv4_addr', comment: 'a set', elements: ['172.17.12.2', '172.17.12.3']}},
  maps: {ways: {type: 'ipv4_addr : verdict', elements: {'172.17.12.2': {value: 'goto two'}}}},
  chains: {
    first: {base: {type: 'filter', hook: 'forward', priority: 10}, rules: ['ip daddr vmap @ways']},
    two: {rules: ['ip saddr @some accept', 'drop']},
  },
}
