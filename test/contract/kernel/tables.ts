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
