import test from 'ava'
import {parseAnyIp} from '../../src/net/ip6.ts'
import {trace} from '../../src/trace/trace.ts'
import {addressOf, callsOf, type Target, titleOf} from './_calls.ts'
import {podAddresses, podAddressesIn} from './_cluster.ts'
import {isSame, withoutRules} from './_lacking.ts'
import {expectation, type Setting} from './_model.ts'
import {outcomeOf} from './_outcomes.ts'
import {entryOf, plannedWorld} from './_planned.ts'
import {rowsOf, sampleOf} from './_sample.ts'
import {ofFamily, services as services4} from './_services.ts'
import {settings, usual} from './_settings.ts'

/*
 * The packet table of a dual-stack cluster: each Service has addresses of both families, each node the rules of both. Calls by IPv6 are those by
 * IPv4 with the second addresses, and so is what comes of them, but for two things: no node port answers at ::1, and a node that sends a
 * packet to itself by the router takes it.
 */
const services = services4.map(service => ofFamily(service, 'IPv6'))
const modes = ['iptables', 'nftables'] as const
const entry = entryOf(services4, true)
const addresses = podAddressesIn('IPv6')

/* Every call under the usual setting; what the others change a sample shows. */
for (const mode of modes)
  for (const [index, [name, setting]] of Object.entries(settings).entries())
    test(`${mode}, ${name}: planned rules do by IPv6 what Kubernetes promises`, t => {
      const world = plannedWorld(services4, {mode, ...setting, isDual: true})
      const full: Setting = {mode, ...setting, family: 'IPv6', addresses, entry}
      const rows = index === 0 ? rowsOf(services) : sampleOf(services, index)
      for (const row of rows)
        t.deepEqual(outcomeOf(world, row.service, row), expectation(row.service, row, full), titleOf(row.service, row))
      t.log(`${rows.length} calls`)
      t.true(rows.length > (index === 0 ? 3000 : 300))
    })

for (const mode of modes)
  test(`${mode}: beside the rules of IPv6 those of IPv4 do as they do alone`, t => {
    const world = plannedWorld(services4, {mode, ...usual, isDual: true})
    const full: Setting = {mode, ...usual, addresses: podAddresses, entry}
    for (const row of sampleOf(services4))
      t.deepEqual(outcomeOf(world, row.service, row), expectation(row.service, row, full), titleOf(row.service, row))
  })

/* Rows that people have written, by hand and without the model: an answer is `pod<whom it sees`. */
const worlds = {
  iptables: plannedWorld(services4, {mode: 'iptables', ...usual, isDual: true}),
  nftables: plannedWorld(services4, {mode: 'nftables', ...usual, isDual: true}),
}
const row = test.macro({
  exec: (t, from: string, name: string, to: Target, wanted: string, other?: string) => {
    const service = services.find(one => one.name === name)
    if (service === undefined) throw new Error(`there is no Service ${name}`)
    const {ip, port} = addressOf(service, to, addresses)
    const call = {from, protocol: service.udp ? 'udp' : 'tcp', destination: parseAnyIp(ip), port} as const
    for (const mode of modes) {
      const told = trace(worlds[mode], call).map(one =>
        one.outcome === 'delivered'
          ? `${one.at}<${one.source}`
          : one.outcome + (one.outcome === 'rejected' ? ` ${one.with}` : ''),
      )
      t.is(told.sort().join(' '), mode === 'nftables' ? (other ?? wanted) : wanted, mode)
    }
  },
  title: (_, from: string, name: string, to: Target, wanted: string, _other?: string) =>
    `by IPv6 ${from} calls ${name} by ${typeof to === 'string' ? to : Object.entries(to)}: ${wanted}`,
})

test(row, 'caller-a', 'one-cluster-cluster', 'clusterIp', 'two<fd00:172:17:d::3')
test(row, 'two', 'one-cluster-cluster', 'clusterIp', 'two<fd00:172:17:c::1')
test(row, 'alpha', 'one-cluster-cluster', 'clusterIp', 'two<fd00:172:17:d::')
test(row, 'beta', 'one-cluster-cluster', 'clusterIp', 'two<fd00:172:17:c::1')
test(row, 'laptop', 'one-cluster-cluster', 'clusterIp', 'unreachable')
test(row, 'caller-c', 'three-cluster-local', 'clusterIp', 'dropped')
test(row, 'gamma', 'none-cluster-cluster', 'clusterIp', 'rejected icmp6-port-unreachable')
test(row, 'caller-a', 'mixed-cluster-cluster', 'clusterIp', 'one<fd00:172:17:d::3')
test(row, 'laptop', 'one-cluster-cluster', {nodePort: 'alpha'}, 'two<fd00:172:17:d::')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'beta'}, 'two<fd00:10:0:20::64')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'alpha'}, 'dropped')
test(row, 'caller-a', 'one-local-cluster', {nodePort: 'beta'}, 'two<fd00:10:0:20::4')
test(row, 'alpha', 'one-cluster-cluster', 'localhost', 'closed')
test(row, 'beta', 'none-cluster-cluster', 'localhost', 'rejected icmp6-port-unreachable', 'closed')
test(row, 'alpha', 'one-cluster-cluster', {bridge: 'alpha'}, 'two<fd00:172:17:d::', 'closed')
test(row, 'laptop', 'for-alpha-one-local', 'balancer', 'dropped')
test(row, 'laptop', 'for-laptop-one-local', 'balancer', 'two<fd00:10:0:20::64')
test(row, 'caller-a', 'for-pods-one-local', 'balancer', 'two<fd00:172:17:d::3')
test(row, 'laptop', 'one-local-cluster', 'externalIp', 'two<fd00:10:0:20::64')
test(row, 'laptop', 'datagrams-none', {nodePort: 'gamma'}, 'rejected icmp6-port-unreachable')
test(row, 'caller-a', 'three-cluster-cluster', {endpoint: 'two'}, 'two<fd00:172:17:d::3')
test(row, 'alpha', 'three-cluster-cluster', {endpoint: 'two'}, 'two<fd00:172:17:d::')

for (const mode of modes)
  test(`${mode}: a client that is remembered by its address of IPv6 goes to its endpoint again`, t => {
    const sticky = services.find(({name}) => name === 'sticky')
    if (sticky === undefined) throw new Error('sticky is in the table')
    const call = {protocol: 'tcp', destination: parseAnyIp(sticky.clusterIp), port: 80} as const
    const first = trace(worlds[mode], {from: 'caller-a', ...call})
    t.is(first.length, 3)
    for (const one of first) {
      const again = trace(worlds[mode], {from: 'caller-a', ...call, notes: one.notes})
      t.deepEqual(
        again.map(next => next.outcome === 'delivered' && [next.at, next.probability]),
        [one.outcome === 'delivered' && [one.at, 1]],
      )
      t.is(trace(worlds[mode], {from: 'caller-b', ...call, notes: one.notes}).length, 3)
    }
  })

/* The table must be able to fail by IPv6, too: rules of that family are missing, and those of IPv4 do not stand in. */
const lacks = test.macro({
  exec: (t, mode: (typeof modes)[number], pattern: RegExp) => {
    let gone = 0
    const without = (text: string) => {
      const isGone = pattern.test(text)
      gone += isGone ? 1 : 0
      return !isGone
    }
    const full: Setting = {mode, ...usual, family: 'IPv6', addresses, entry}
    const world = plannedWorld(services4, {mode, ...usual, isDual: true}, plan =>
      plan.family === 'IPv6' || plan.family === 'ip6' ? withoutRules(plan, without) : plan,
    )
    t.true(gone > 0)
    t.true(
      services.some(service =>
        callsOf(service).some(call => !isSame(() => outcomeOf(world, service, call), expectation(service, call, full))),
      ),
    )
  },
  title: (_, mode, pattern) => `${mode}: the table shows by IPv6 when rules like ${pattern} are missing`,
})

test(lacks, 'iptables', /^-A KUBE-MARK-MASQ /)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*cluster IP/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*KUBE-NODEPORTS/)
test(lacks, 'iptables', /^-A KUBE-PROXY-FIREWALL /)
test(lacks, 'iptables', /^-A KUBE-FW-\w+ -s fd00:10:0:20::64/)
test(lacks, 'iptables', /^-A KUBE-SVC-\w+ ! -s fd00:172:17::/)
test(lacks, 'iptables', /^-A KUBE-SEP-\w+ .*DNAT/)
test(lacks, 'nftables', /^services .*service-ips/)
test(lacks, 'nftables', /^cluster-ips-check .*reject/)
test(lacks, 'nftables', /^firewall-check /)
test(lacks, 'nftables', /^service-.* ip6 daddr/)
test(lacks, 'nftables', /^endpoint-.* ip6 saddr/)
test(lacks, 'nftables', /^external-.* ip6 saddr fd00:172/)
