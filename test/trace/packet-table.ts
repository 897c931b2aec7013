import test from 'ava'
import {callsOf, titleOf} from './_calls.ts'
import {podAddresses} from './_cluster.ts'
import {isSame, withoutRules} from './_lacking.ts'
import {expectation, type Setting} from './_model.ts'
import {outcomeOf} from './_outcomes.ts'
import {entryOf, plannedWorld} from './_planned.ts'
import {type Row, rowsOf, sampleOf, wayOf} from './_sample.ts'
import {services} from './_services.ts'
import {settings, usual} from './_settings.ts'

for (const mode of ['iptables', 'ipvs', 'nftables'] as const)
  for (const [name, setting] of Object.entries(settings))
    test(`${mode}, ${name}: planned rules do what Kubernetes promises, for every call of the table`, t => {
      const world = plannedWorld(services, {mode, ...setting})
      const full: Setting = {mode, ...setting, addresses: podAddresses, entry: entryOf(services)}
      let rows = 0
      for (const service of services)
        for (const call of callsOf(service)) {
          t.deepEqual(outcomeOf(world, service, call), expectation(service, call, full), titleOf(service, call))
          rows++
        }
      t.log(`${rows} calls`)
      t.true(rows > 1000)
    })

test('userspace: planned rules and the proxy do what Kubernetes promised, for every call of the table', t => {
  const setting = {mode: 'userspace', ...usual} as const
  const world = plannedWorld(services, setting)
  const full: Setting = {...setting, addresses: podAddresses, entry: entryOf(services)}
  for (const service of services)
    for (const call of callsOf(service))
      t.deepEqual(outcomeOf(world, service, call), expectation(service, call, full), titleOf(service, call))
})

/* Of the addresses that come from outside the rules of 1.18 are others: a pod's packet for an external IP leaves its node, as with userspace. */
test('iptables as of Kubernetes 1.18: cluster IPs and node ports do what Kubernetes promised then', t => {
  const setting = {mode: 'iptables', profile: 'v1.18', ...usual} as const
  const world = plannedWorld(services, setting)
  const full: Setting = {...setting, addresses: podAddresses, entry: entryOf(services)}
  for (const service of services)
    for (const call of callsOf(service).filter(({to}) => to !== 'balancer' && to !== 'externalIp'))
      t.deepEqual(outcomeOf(world, service, call), expectation(service, call, full), titleOf(service, call))
})

test('the sample has every Service by every way, and everybody by every way under each policy', t => {
  const [all, some] = [rowsOf(services), sampleOf(services)]
  const keysOf = (rows: readonly Row[], key: (row: Row) => string) => [...new Set(rows.map(key))].toSorted()
  for (const key of [
    (row: Row) => `${row.service.name} ${wayOf(row)}`,
    (row: Row) => `${JSON.stringify(row.from)} ${wayOf(row)} ${row.service.external}`,
  ])
    t.deepEqual(keysOf(some, key), keysOf(all, key))
  t.true(some.length * 8 < all.length, `${some.length} of ${all.length}`)
})

/* The table must be able to fail: whatever rule a node lacks, some call shows it. */
const lacks = test.macro({
  exec: (t, mode: Setting['mode'], pattern: RegExp) => {
    let gone = 0
    const without = (text: string) => {
      const isGone = pattern.test(text)
      gone += isGone ? 1 : 0
      return !isGone
    }
    const full: Setting = {mode, ...usual, addresses: podAddresses, entry: entryOf(services)}
    const world = plannedWorld(services, {mode, ...usual}, plan => withoutRules(plan, without))
    t.true(gone > 0)
    const calls = services.flatMap(service => callsOf(service).map(call => ({service, call})))
    t.true(
      calls.some(({service, call}) => !isSame(() => outcomeOf(world, service, call), expectation(service, call, full))),
    )
  },
  title: (_, mode, pattern) => `${mode}: the table shows when rules like ${pattern} are missing`,
})

test(lacks, 'iptables', /^-A KUBE-MARK-MASQ /)
test(lacks, 'iptables', /^-A KUBE-POSTROUTING .*MASQUERADE/)
test(lacks, 'iptables', /^-A KUBE-POSTROUTING .*RETURN/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*cluster IP/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*loadbalancer IP/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*external IP/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*KUBE-NODEPORTS/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*has no endpoints/)
test(lacks, 'iptables', /^-A KUBE-SERVICES .*has no local endpoints/)
test(lacks, 'iptables', /^-A KUBE-EXTERNAL-SERVICES .*dst-type LOCAL.*REJECT/)
test(lacks, 'iptables', /^-A KUBE-EXTERNAL-SERVICES .*DROP/)
test(lacks, 'iptables', /^-A KUBE-PROXY-FIREWALL /)
test(lacks, 'iptables', /^-A KUBE-EXT-\w+ .*masquerade traffic/)
test(lacks, 'iptables', /^-A KUBE-EXT-\w+ .*pod traffic/)
test(lacks, 'iptables', /^-A KUBE-EXT-\w+ .*masquerade LOCAL/)
test(lacks, 'iptables', /^-A KUBE-EXT-\w+ .*route LOCAL/)
test(lacks, 'iptables', /^-A KUBE-EXT-\w+ -j KUBE-SVL/)
test(lacks, 'iptables', /^-A KUBE-FW-\w+ -s 10\.0\.20\.100/)
test(lacks, 'iptables', /^-A KUBE-SVC-\w+ ! -s 172/)
test(lacks, 'iptables', /^-A KUBE-SEP-\w+ -s /)
test(lacks, 'iptables', /^-A KUBE-SEP-\w+ .*DNAT/)
test(lacks, 'nftables', /^services .*service-ips/)
test(lacks, 'nftables', /^services .*service-nodeports/)
test(lacks, 'nftables', /^service-endpoints-check /)
test(lacks, 'nftables', /^nodeport-endpoints-check /)
test(lacks, 'nftables', /^firewall-check /)
test(lacks, 'nftables', /^cluster-ips-check .*reject/)
test(lacks, 'nftables', /^reject-chain /)
test(lacks, 'nftables', /^masquerading .*return/)
test(lacks, 'nftables', /^masquerading .*masquerade/)
test(lacks, 'nftables', /^external-.*fib saddr type local jump/)
test(lacks, 'nftables', /^external-.*fib saddr type local goto/)
test(lacks, 'nftables', /^external-.* ip saddr 172/)
test(lacks, 'nftables', /^service-.* ip daddr/)
test(lacks, 'nftables', /^endpoint-.* ip saddr/)
test(lacks, 'nftables', /^endpoint-.* dnat/)
test(lacks, 'ipvs', /^-t 10\.96\./)
test(lacks, 'ipvs', /^-u 10\.96\./)
test(lacks, 'ipvs', /^-t 10\.0\.40\./)
test(lacks, 'ipvs', /^-t 10\.0\.20\./)
test(lacks, 'ipvs', /^-t 172\.17\./)
test(lacks, 'ipvs', /^KUBE-LOOP-BACK /)
test(lacks, 'ipvs', /^KUBE-CLUSTER-IP /)
test(lacks, 'ipvs', /^KUBE-EXTERNAL-IP /)
test(lacks, 'ipvs', /^KUBE-EXTERNAL-IP-LOCAL /)
test(lacks, 'ipvs', /^KUBE-LOAD-BALANCER /)
test(lacks, 'ipvs', /^KUBE-LOAD-BALANCER-LOCAL /)
test(lacks, 'ipvs', /^KUBE-LOAD-BALANCER-FW /)
test(lacks, 'ipvs', /^KUBE-LOAD-BALANCER-SOURCE-CIDR /)
test(lacks, 'ipvs', /^KUBE-NODE-PORT-TCP /)
test(lacks, 'ipvs', /^KUBE-NODE-PORT-UDP /)
test(lacks, 'ipvs', /^KUBE-NODE-PORT-LOCAL-TCP /)
test(lacks, 'ipvs', /^KUBE-IPVS-IPS /)
test(lacks, 'ipvs', /^-A KUBE-MARK-MASQ /)
test(lacks, 'ipvs', /^-A KUBE-POSTROUTING .*KUBE-LOOP-BACK/)
test(lacks, 'ipvs', /^-A KUBE-POSTROUTING .*RETURN/)
test(lacks, 'ipvs', /^-A KUBE-POSTROUTING .*requiring SNAT/)
test(lacks, 'ipvs', /^-A KUBE-SERVICES .*KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ/)
test(lacks, 'ipvs', /^-A KUBE-SERVICES .*KUBE-EXTERNAL-IP dst,dst -j KUBE-MARK-MASQ/)
test(lacks, 'ipvs', /^-A KUBE-SERVICES .*-j KUBE-LOAD-BALANCER/)
test(lacks, 'ipvs', /^-A KUBE-SERVICES .*-j KUBE-NODE-PORT/)
test(lacks, 'ipvs', /^-A KUBE-LOAD-BALANCER .*RETURN/)
test(lacks, 'ipvs', /^-A KUBE-NODE-PORT .*RETURN/)
test(lacks, 'ipvs', /^-A KUBE-PROXY-FIREWALL /)
test(lacks, 'ipvs', /^-A KUBE-SOURCE-RANGES-FIREWALL .*RETURN/)
test(lacks, 'ipvs', /^-A KUBE-SOURCE-RANGES-FIREWALL -j DROP/)
test(lacks, 'ipvs', /^-A KUBE-IPVS-FILTER .*RETURN/)
test(lacks, 'ipvs', /^-A KUBE-IPVS-FILTER .*REJECT/)
test(lacks, 'ipvs', /^-A KUBE-IPVS-OUT-FILTER /)
