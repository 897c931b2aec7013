import {execFileSync, spawnSync} from 'node:child_process'
import test from 'ava'
import fc from 'fast-check'
import {nftChangeBetween, printNftChange, splitNftChange} from '../../src/kernel/nftables/change.ts'
import {nftStepsFromNothing} from '../../src/kernel/nftables/first-steps.ts'
import {NftError, parseNftTable} from '../../src/kernel/nftables/parse.ts'
import type {NftMap, NftPlan, NftTable} from '../../src/kernel/nftables/table.ts'
import {addressOf, type Cidr, cidrOf, parseNetwork, prefixLength} from '../../src/net/cidr.ts'
import {type Ip, ipNumber, parseIp} from '../../src/net/ip.ts'
import {ip6Of} from '../../src/net/ip6.ts'
import {nftablesPlan} from '../../src/node/proxy/nftables/nftables.ts'
import type {ProxyContext} from '../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../src/node/proxy/service-port.ts'
import {kubia, node1} from '../node/proxy/_plan.ts'
import {servicePortLists} from '../node/proxy/_random.ts'

/**
 * One network namespace without any link, one nft:
 *
 *   plan ── nftChangeBetween ──▶ nft -f ──▶ kernel ──▶ nft list table ── parseNftTable ──▶ the same table
 */
const sandbox = ['unshare', '--net', '--pid', '--fork', '--kill-child']
const rootless = ['unshare', '--user', '--map-root-user', ...sandbox.slice(1)]
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'
const ways: Readonly<Record<string, readonly string[]>> =
  process.getuid?.() === 0
    ? {root: sandbox, 'an ordinary user': [...asNobody, ...rootless]}
    : {'an ordinary user': rootless}

const context = {
  ...node1,
  nodeIp: parseIp('10.0.20.11'),
  serviceRange: parseNetwork('10.96.0.0/12'),
}

const context6: ProxyContext = {
  family: 'IPv6',
  nodeName: 'node1',
  nodeIp: six(parseIp('10.0.20.11')),
  clusterCidr: sixNet(parseNetwork('172.17.0.0/16')),
  serviceRange: sixNet(parseNetwork('10.96.0.0/12')),
}

/** The address of IPv6 that ends with an address of IPv4. */
function six(ip: Ip): Ip {
  return ip6Of((0xfd00n << 112n) | BigInt(ipNumber(ip)))
}

function sixNet(cidr: Cidr): Cidr {
  return cidrOf(six(addressOf(cidr)), 96 + prefixLength(cidr))
}

/** The same Service with addresses of IPv6. */
function inIpv6(port: ServicePort): ServicePort {
  const {externalIps, loadBalancerIps, sourceRanges} = port
  return {
    ...port,
    clusterIp: six(port.clusterIp),
    endpoints: port.endpoints.map(endpoint => ({...endpoint, ip: six(endpoint.ip)})),
    ...(externalIps && {externalIps: externalIps.map(six)}),
    ...(loadBalancerIps && {loadBalancerIps: loadBalancerIps.map(six)}),
    ...(sourceRanges && {sourceRanges: sourceRanges.map(sixNet)}),
  }
}

/** Runs transactions one after the other in a namespace of their own; after each, what the table holds then. */
function listings(way: readonly string[], transactions: readonly string[], family = 'ip'): readonly string[] {
  const list = `nft list table ${family} kube-proxy`
  const mark = '---- next ----'
  const script = `while IFS= read -r -d '' one; do printf %s "$one" | nft -f - || exit 1; ${list}; echo '${mark}'; done`
  const [command = '', ...words] = [...way, 'bash', '--norc', '-c', script]
  const input = transactions.map(text => `${text}\0`).join('')
  const stdio = ['pipe', 'pipe', 'pipe'] as const
  const text = execFileSync(command, words, {
    input,
    encoding: 'utf8',
    stdio: [...stdio],
    env: {PATH: systemPath},
    maxBuffer: 2 ** 28,
  })
  return text.split(`${mark}\n`).slice(0, -1)
}

/** Sets and maps have no order, and what packets fill is not planned. */
function sorted({chains, maps, sets, ...rest}: NftTable) {
  const byKey = (map: NftMap) => ({...map, elements: Object.fromEntries(Object.entries(map.elements).sort())})
  const names = <T>(record: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    ...rest,
    chains: names(chains),
    maps: names(Object.fromEntries(Object.entries(maps).map(([name, map]) => [name, byKey(map)]))),
    sets: names(
      Object.fromEntries(
        Object.entries(sets).map(([name, set]) => [name, {...set, elements: set.elements.toSorted()}]),
      ),
    ),
  }
}

function printed(previous: NftPlan | undefined, next: NftPlan): string {
  const change = nftChangeBetween(previous, next)
  return change === undefined ? '' : printNftChange(change)
}

for (const [user, way] of Object.entries(ways)) {
  const [command = '', ...words] = [...way, 'nft', 'list', 'tables']
  const {status, stderr, error} = spawnSync(command, words, {encoding: 'utf8', env: {PATH: systemPath}})
  const why = status === 0 ? undefined : (error?.message ?? stderr.trim())
  if (why !== undefined) {
    test.skip(`as ${user}: ${why}`, () => undefined)
    continue
  }

  test(`as ${user}, any sequence of changes leaves in the kernel what is planned, and nothing else`, t => {
    fc.assert(
      fc.property(fc.array(servicePortLists, {minLength: 1, maxLength: 6}), lists => {
        const plans = lists.map(ports => nftablesPlan(ports, context))
        const steps = plans.map((plan, at) => printed(plans[at - 1], plan))
        const seen = listings(way, steps).map(parseNftTable)
        for (const [at, {table}] of plans.entries())
          t.deepEqual<unknown, unknown>(seen[at] && sorted(seen[at]), table && sorted(table))
      }),
      {numRuns: 12, seed: 7},
    )
  })

  test(`as ${user}, the same goes for Services of IPv6, in a table of their own`, t => {
    fc.assert(
      fc.property(fc.array(servicePortLists, {minLength: 1, maxLength: 6}), lists => {
        const plans = lists.map(ports => nftablesPlan(ports.map(inIpv6), context6))
        const steps = plans.map((plan, at) => printed(plans[at - 1], plan))
        const seen = listings(way, steps, 'ip6').map(parseNftTable)
        for (const [at, {table}] of plans.entries())
          t.deepEqual<unknown, unknown>(seen[at] && sorted(seen[at]), table && sorted(table))
      }),
      {numRuns: 8, seed: 7},
    )
  })

  test(`as ${user}, a full sync makes the table what is planned, whatever was there`, t => {
    const [first, second] = [nftablesPlan([kubia], context), nftablesPlan([{...kubia, port: 81}], context)]
    const seen = listings(way, [printed(undefined, first), printed(undefined, second)]).map(parseNftTable)
    t.deepEqual<unknown, unknown>(seen[1] && sorted(seen[1]), second.table && sorted(second.table))
  })

  test(`as ${user}, many Services that are written while they are planned leave what is planned`, t => {
    const plan = nftablesPlan(ofAllKinds(320), context)
    const steps = [...nftStepsFromNothing(plan, 25_000)].filter(step => step !== undefined)
    t.true(steps.length > 5)
    const left = listings(way, steps.map(printNftChange)).map(parseNftTable).at(-1)
    t.deepEqual<unknown, unknown>(left && sorted(left), plan.table && sorted(plan.table))
  })

  test(`as ${user}, three thousand Services ${user === 'root' ? 'are one transaction' : 'go in steps'}`, t => {
    const ports = Array.from({length: 3000}, (_, index): ServicePort => {
      const clusterIp = parseIp(`10.97.${index >> 8}.${index & 255}`)
      return {...kubia, name: `default/s${index}`, clusterIp}
    })
    const plan = nftablesPlan(ports, context)
    const change = nftChangeBetween(undefined, plan)
    if (change === undefined) throw new Error('a table is wanted')
    const steps = user === 'root' ? [change] : splitNftChange(change)
    const seen = listings(way, steps.map(printNftChange)).at(-1) ?? ''
    t.is(Object.keys(parseNftTable(seen).chains).length, Object.keys(plan.table?.chains ?? {}).length)
  })
}

/** Services of all kinds in turn. */
function ofAllKinds(count: number): readonly ServicePort[] {
  const ranges = [parseNetwork('192.0.2.0/24')]
  return Array.from({length: count}, (_, at): ServicePort => {
    const [high, low] = [at >> 8, at & 255]
    const at4 = (network: string) => parseIp(`${network}.${high}.${low}`)
    const kinds: readonly Partial<ServicePort>[] = [
      {},
      {nodePort: 30_000 + at, externalTrafficPolicy: 'Local'},
      {affinitySeconds: 60},
      {endpoints: []},
      {loadBalancerIps: [at4('10.40')], sourceRanges: ranges},
      {externalIps: [at4('10.41')], endpoints: []},
    ]
    return {...kubia, name: `default/s${at}`, clusterIp: at4('10.97'), ...kinds[at % kinds.length]}
  })
}

test('what is no table is told by its line', t => {
  for (const text of ['', 'chain x {', 'table ip x {\n\tchain a {\n', 'table ip x {\n\tflowtable f {\n\t}\n}\n'])
    t.throws(() => parseNftTable(text), {instanceOf: NftError})
})
