import test from 'ava'
import fc from 'fast-check'
import {fakeKernel} from '../../../../src/kernel/fake.ts'
import {printIpSets} from '../../../../src/kernel/ipset/change.ts'
import {parseIpSets} from '../../../../src/kernel/ipset/parse.ts'
import {printIpvsTable} from '../../../../src/kernel/ipvs/change.ts'
import {parseIpvsTable} from '../../../../src/kernel/ipvs/parse.ts'
import {printIptablesRule} from '../../../../src/kernel/rules/iptables.ts'
import type {RulesPlan} from '../../../../src/kernel/ruleset.ts'
import {parseCidr} from '../../../../src/net/cidr.ts'
import {parseIp} from '../../../../src/net/ip.ts'
import {type PacketOp, packetOps} from '../../../../src/node/packet-plans.ts'
import type {PacketPlan} from '../../../../src/node/plan.ts'
import {proxyModes} from '../../../../src/node/proxy/index.ts'
import {ipvsPlans, ipvsState} from '../../../../src/node/proxy/ipvs/ipvs.ts'
import type {ProxyContext} from '../../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../../src/node/proxy/service-port.ts'
import {node1 as bare, endpoint, kubia} from '../_plan.ts'
import {servicePortLists} from '../_random.ts'

const node1: ProxyContext = {
  ...bare,
  nodeIp: parseIp('10.0.20.11'),
  addresses: ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp),
}

function planned(ports: readonly ServicePort[], context: ProxyContext = node1) {
  const plans = ipvsPlans(ports, context)
  const sets = plans.find(plan => plan.backend === 'ipset')?.sets ?? {}
  const table = plans.find(plan => plan.backend === 'ipvs')?.table ?? {}
  const rules = plans.find(plan => plan.backend === 'iptables') as RulesPlan
  return {sets, table, rules}
}

function servers(ports: readonly ServicePort[], context?: ProxyContext): string {
  return printIpvsTable(planned(ports, context).table)
}

/** The entries of sets that have any: `KUBE-CLUSTER-IP 10.98.237.175,tcp:80`. */
function entries(ports: readonly ServicePort[], context?: ProxyContext): string {
  const {sets} = planned(ports, context)
  return printIpSets(sets)
    .replaceAll(/^create .*\n/gm, '')
    .replaceAll(/^add /gm, '')
}

/** Rules of a chain, without their comments. */
function chain(name: string, ports: readonly ServicePort[], context?: ProxyContext): string {
  const {rules} = planned(ports, context)
  const lines = (['filter', 'nat'] as const).flatMap(table =>
    (rules.tables[table]?.chains[name] ?? []).map(rule => `${table}: ${printIptablesRule(name, rule)}\n`),
  )
  return lines.join('').replaceAll(/ -m comment --comment "[^"]*"/g, '')
}

test('a Service is a virtual server at its cluster IP, an address on kube-ipvs0, and entries of sets', t => {
  t.is(
    servers([kubia]),
    `-A -t 10.98.237.175:80 -s rr
-a -t 10.98.237.175:80 -r 172.17.12.2:8080 -m -w 1
-a -t 10.98.237.175:80 -r 172.17.12.3:8080 -m -w 1
-a -t 10.98.237.175:80 -r 172.17.13.2:8080 -m -w 1
`,
  )
  t.is(
    entries([kubia]),
    `KUBE-LOOP-BACK 172.17.12.2,tcp:8080,172.17.12.2
KUBE-LOOP-BACK 172.17.12.3,tcp:8080,172.17.12.3
KUBE-CLUSTER-IP 10.98.237.175,tcp:80
KUBE-IPVS-IPS 10.98.237.175
`,
  )
  const {links, addresses} = ipvsState([kubia], node1)
  t.deepEqual(links, [{name: 'kube-ipvs0', kind: {type: 'dummy'}, up: false, mtu: 1500}])
  t.deepEqual(addresses, [{link: 'kube-ipvs0', address: parseCidr('10.98.237.175/32')}])
})

test('a node port is a virtual server at each of the node’s addresses but loopback', t => {
  const port = {...kubia, nodePort: 30_080, endpoints: []}
  t.is(servers([port]), '-A -t 10.98.237.175:80 -s rr\n-A -t 10.0.20.11:30080 -s rr\n-A -t 172.17.12.1:30080 -s rr\n')
  const chosen = {...node1, nodePortAddresses: [parseCidr('10.0.20.0/24')]}
  t.is(servers([port], chosen), '-A -t 10.98.237.175:80 -s rr\n-A -t 10.0.20.11:30080 -s rr\n')
  t.regex(entries([port]), /^KUBE-NODE-PORT-TCP 30080$/m)
  t.regex(entries([{...port, protocol: 'sctp'}]), /^KUBE-NODE-PORT-SCTP-HASH 10\.0\.20\.11,sctp:30080$/m)
})

test('affinity is persistence, and mh looks at ports', t => {
  const port = {...kubia, affinitySeconds: 10_800, endpoints: []}
  t.is(servers([port], {...node1, scheduler: 'mh'}), '-A -t 10.98.237.175:80 -s mh -p 10800 -b mh-port\n')
})

test('without endpoints the virtual server is there, and has nobody', t => {
  t.is(servers([{...kubia, endpoints: []}]), '-A -t 10.98.237.175:80 -s rr\n')
})

test('policy Local takes endpoints of this node; where there are none, all', t => {
  const port = {...kubia, internalTrafficPolicy: 'Local', endpoints: kubia.endpoints.slice(1)} as const
  t.is(servers([port]), '-A -t 10.98.237.175:80 -s rr\n-a -t 10.98.237.175:80 -r 172.17.12.3:8080 -m -w 1\n')
  const elsewhere = {...port, endpoints: [endpoint('172.17.13.2', 8080)]}
  t.is(servers([elsewhere]), '-A -t 10.98.237.175:80 -s rr\n-a -t 10.98.237.175:80 -r 172.17.13.2:8080 -m -w 1\n')
})

const lb: ServicePort = {
  ...kubia,
  loadBalancerIps: [parseIp('10.0.40.1')],
  sourceRanges: ['192.0.2.0/24', '198.51.100.7/32', '0.0.0.0/0'].map(parseCidr),
  endpoints: [],
}

test('the ranges of a load balancer stand in a set, everybody in two halves', t => {
  t.is(
    entries([{...lb, sourceRanges: lb.sourceRanges?.slice(0, 2) ?? []}]),
    `KUBE-CLUSTER-IP 10.98.237.175,tcp:80
KUBE-LOAD-BALANCER 10.0.40.1,tcp:80
KUBE-LOAD-BALANCER-FW 10.0.40.1,tcp:80
KUBE-LOAD-BALANCER-SOURCE-CIDR 10.0.40.1,tcp:80,192.0.2.0/24
KUBE-LOAD-BALANCER-SOURCE-CIDR 10.0.40.1,tcp:80,198.51.100.7
KUBE-IPVS-IPS 10.0.40.1
KUBE-IPVS-IPS 10.98.237.175
`,
  )
  const all = entries([lb])
  t.regex(all, /^KUBE-LOAD-BALANCER-SOURCE-CIDR 10\.0\.40\.1,tcp:80,0\.0\.0\.0\/1$/m)
  t.regex(all, /^KUBE-LOAD-BALANCER-SOURCE-CIDR 10\.0\.40\.1,tcp:80,128\.0\.0\.0\/1$/m)
  t.regex(all, /^KUBE-LOAD-BALANCER-SOURCE-IP 10\.0\.40\.1,tcp:80,10\.0\.40\.1$/m)
})

test('who is in no range is dropped, and so is the node itself', t => {
  const port = {...lb, sourceRanges: [parseCidr('192.0.2.0/24')]}
  t.is(
    chain('KUBE-PROXY-FIREWALL', [port]) +
      chain('KUBE-SOURCE-RANGES-FIREWALL', [port]) +
      chain('KUBE-IPVS-OUT-FILTER', [port]),
    `filter: -A KUBE-PROXY-FIREWALL -m set --match-set KUBE-LOAD-BALANCER-FW dst,dst -j KUBE-SOURCE-RANGES-FIREWALL
filter: -A KUBE-SOURCE-RANGES-FIREWALL -m set --match-set KUBE-LOAD-BALANCER-SOURCE-CIDR dst,dst,src -j RETURN
filter: -A KUBE-SOURCE-RANGES-FIREWALL -j DROP
filter: -A KUBE-IPVS-OUT-FILTER -s 10.0.40.1/32 -m ipvs --vproto 6 --vaddr 10.0.40.1 --vport 80 -j DROP
`,
  )
})

test('KUBE-SERVICES asks a set for each kind of address, whatever the number of Services is', t => {
  const ports = [
    {...kubia, nodePort: 30_080, externalIps: [parseIp('203.0.113.1')], loadBalancerIps: [parseIp('10.0.40.1')]},
  ]
  t.is(
    chain('KUBE-SERVICES', ports),
    `nat: -A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN
nat: -A KUBE-SERVICES -m set --match-set KUBE-LOAD-BALANCER dst,dst -j KUBE-LOAD-BALANCER
nat: -A KUBE-SERVICES ! -s 172.17.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -m set --match-set KUBE-EXTERNAL-IP dst,dst -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -m set --match-set KUBE-EXTERNAL-IP dst,dst -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j ACCEPT
nat: -A KUBE-SERVICES -m set --match-set KUBE-EXTERNAL-IP dst,dst -m addrtype --dst-type LOCAL -j ACCEPT
nat: -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
nat: -A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT
nat: -A KUBE-SERVICES -m set --match-set KUBE-LOAD-BALANCER dst,dst -j ACCEPT
`,
  )
  const many = Array.from({length: 50}, (_, at) => ({...ports[0], name: `default/s${at}`}) as ServicePort)
  t.is(chain('KUBE-SERVICES', many), chain('KUBE-SERVICES', ports))
})

test('without a pod network only the node’s own calls are masqueraded, and with masqueradeAll everybody’s', t => {
  const {clusterCidr: _, ...nowhere} = node1
  t.regex(chain('KUBE-SERVICES', [kubia], nowhere), /KUBE-CLUSTER-IP src,dst -j KUBE-MARK-MASQ/)
  t.regex(
    chain('KUBE-SERVICES', [kubia], {...node1, masqueradeAll: true}),
    /^nat: -A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ$/m,
  )
})

test('with policy Local, node ports and load balancers are let go on without the mark', t => {
  const port = {
    ...kubia,
    nodePort: 30_080,
    loadBalancerIps: [parseIp('10.0.40.1')],
    externalTrafficPolicy: 'Local',
    healthCheckNodePort: 32_000,
  } as const
  t.is(
    chain('KUBE-NODE-PORT', [port]) + chain('KUBE-LOAD-BALANCER', [port]),
    `filter: -A KUBE-NODE-PORT -m set --match-set KUBE-HEALTH-CHECK-NODE-PORT dst -j ACCEPT
nat: -A KUBE-NODE-PORT -p tcp -m set --match-set KUBE-NODE-PORT-LOCAL-TCP dst -j RETURN
nat: -A KUBE-NODE-PORT -p tcp -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ
nat: -A KUBE-LOAD-BALANCER -m set --match-set KUBE-LOAD-BALANCER-LOCAL dst,dst -j RETURN
nat: -A KUBE-LOAD-BALANCER -j KUBE-MARK-MASQ
`,
  )
  t.regex(entries([port]), /^KUBE-HEALTH-CHECK-NODE-PORT 32000$/m)
})

test('strictARP and what ip_vs must be told are switches of the node', t => {
  t.deepEqual(ipvsState([], {...node1, strictARP: true}).sysctls, {
    'net.ipv4.vs.conntrack': '1',
    'net.ipv4.vs.expire_nodest_conn': '1',
    'net.ipv4.vs.expire_quiescent_template': '1',
    'net.ipv4.conf.all.arp_ignore': '1',
    'net.ipv4.conf.all.arp_announce': '2',
  })
})

test('whatever the Services are, sets and servers are read back as they were planned', t => {
  fc.assert(
    fc.property(servicePortLists, ports => {
      const {sets, table} = planned(ports)
      t.deepEqual(parseIpSets(printIpSets(sets)), sets)
      const nameless = Object.fromEntries(Object.entries(table).map(([key, {service: _, ...rest}]) => [key, rest]))
      t.deepEqual(parseIpvsTable(printIpvsTable(table)), nameless)
    }),
    {numRuns: 30},
  )
})

/** What a fake kernel has after plans, one after the other. */
async function after(all: readonly (readonly PacketPlan[])[]) {
  const kernel = fakeKernel()
  await kernel.create('node1')
  let before: readonly PacketPlan[] = []
  for (const plans of all) {
    const ops: readonly PacketOp[] = packetOps(before, plans)
    for (const op of ops) await kernel.apply('node1', [op])
    before = plans
  }
  const [{tables}, sets, {table}] = await Promise.all([
    kernel.observeRules('node1'),
    kernel.observeSets('node1'),
    kernel.observeServers('node1'),
  ])
  const chains = Object.values(tables).flatMap(one =>
    Object.entries(one).map(([name, {rules}]) => [name, rules] as const),
  )
  return {sets, table, chains: Object.fromEntries(chains.filter(([name]) => name.startsWith('KUBE-')))}
}

test('any sequence of Services, in any modes, ends as from nothing', async t => {
  const modes = fc.constantFrom('iptables', 'ipvs', 'nftables')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(modes, servicePortLists), {minLength: 1, maxLength: 4}), async steps => {
      const all = steps.map(([mode, ports]) => proxyModes[mode as 'ipvs'].plan(ports, node1).rules ?? [])
      t.deepEqual(await after(all), await after(all.slice(-1)))
    }),
    {numRuns: 60},
  )
})
