import {execFileSync, spawnSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {nftChangeBetween, printNftChange, splitNftChange} from '../../src/kernel/nftables/change.ts'
import {parseNftTable} from '../../src/kernel/nftables/parse.ts'
import type {NftPlan, NftTable} from '../../src/kernel/nftables/table.ts'
import {systemPath} from '../../src/kernel/system-path.ts'
import {policyPlans} from '../../src/node/policy/plan.ts'
import {policyPods} from '../../src/node/policy/policy-pod.ts'
import type {NetworkPolicy} from '../../src/objects/network-policy.ts'
import type {Pod} from '../../src/objects/pod.ts'
import {namespaces, podLists, policyLists} from '../node/policy/_worlds.ts'

/**
 * One network namespace without any link, one nft, for each family:
 *
 *   policies ── policyPlans ──▶ nftChangeBetween ──▶ nft -f ──▶ kernel ──▶ nft -s list ruleset ──▶ the same table
 */
const sandbox = ['unshare', '--net', '--pid', '--fork', '--kill-child']
const rootless = ['unshare', '--user', '--map-root-user', ...sandbox.slice(1)]
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const ways: Readonly<Record<string, readonly string[]>> =
  process.getuid?.() === 0
    ? {root: sandbox, 'an ordinary user': [...asNobody, ...rootless]}
    : {'an ordinary user': rootless}

/** Runs transactions one after the other in a namespace of their own; after each, what the tables are then. */
function listings(way: readonly string[], transactions: readonly string[]): readonly string[] {
  const mark = '---- next ----'
  const script = `while IFS= read -r -d '' one; do printf %s "$one" | nft -f - || exit 1; nft -s list ruleset; echo '${mark}'; done`
  const [command = '', ...words] = [...way, 'bash', '--norc', '-c', script]
  const input = transactions.map(text => `${text}\0`).join('')
  const text = execFileSync(command, words, {input, encoding: 'utf8', env: {PATH: systemPath}, maxBuffer: 2 ** 28})
  return text.split(`${mark}\n`).slice(0, -1)
}

/* Nodes whose userspace proxies call for others; none in other modes. */
const proxies = fc.constantFrom([], ['10.0.20.4', '172.17.13.0'], ['10.0.20.4'])

type World = readonly [policies: readonly NetworkPolicy[], pods: readonly Pod[], proxies: readonly string[]]

function plansOf([policies, pods, others]: World): readonly NftPlan[] {
  const own = ({spec, status}: Pod) =>
    spec.nodeName === 'node1' ? (status?.podIPs ?? []).map(({ip}) => ip) : undefined
  return policyPlans({policies, namespaces, pods: policyPods(pods, {own}), proxies: others})
}

/** Sets and maps have no order, nor have chains. */
function sorted({comment, chains, maps, sets}: NftTable) {
  const byName = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    comment,
    chains: byName(chains),
    maps: byName(
      Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, {...map, elements: byName(map.elements)}])),
    ),
    sets: byName(
      Object.fromEntries(
        Object.entries(sets).map(([name, set]) => [name, {...set, elements: set.elements.toSorted()}]),
      ),
    ),
  }
}

function seenIn(listing: string, family: 'ip' | 'ip6'): NftTable | undefined {
  const start = listing.indexOf(`table ${family} network-policy {`)
  return start < 0 ? undefined : parseNftTable(listing.slice(start, listing.indexOf('\n}\n', start) + 3))
}

for (const [user, way] of Object.entries(ways)) {
  const [command = '', ...words] = [...way, 'nft', 'list', 'tables']
  const {status, stderr, error} = spawnSync(command, words, {encoding: 'utf8', env: {PATH: systemPath}})
  if (status !== 0) {
    test.skip(`as ${user}: ${error?.message ?? stderr.trim()}`, () => undefined)
    continue
  }

  test(`as ${user}, any sequence of changes leaves in the kernel what is planned, and nothing else`, t => {
    fc.assert(
      fc.property(fc.array(fc.tuple(policyLists, podLists, proxies), {minLength: 1, maxLength: 6}), worlds => {
        const all = worlds.map(plansOf)
        const steps = all.map((plans, at) =>
          plans
            .flatMap((plan, family) => nftChangeBetween(all[at - 1]?.[family], plan) ?? [])
            .flatMap(change => splitNftChange(change))
            .map(printNftChange)
            .join(''),
        )
        const seen = listings(way, steps)
        for (const [at, plans] of all.entries())
          for (const {family, table} of plans) {
            const found = seenIn(seen[at] ?? '', family)
            t.deepEqual(found && sorted(found), table && sorted(table))
          }
      }),
      {numRuns: 25},
    )
  })
}
