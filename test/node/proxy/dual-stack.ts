import test from 'ava'
import {printSpecification} from '../../../src/kernel/rules/rule.ts'
import {parseAnyNetwork, parseCidr6, parseNetwork6} from '../../../src/net/cidr.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {defaultProxyConfiguration} from '../../../src/node/proxy/configuration.ts'
import {iptables} from '../../../src/node/proxy/iptables.ts'
import {endpointChain} from '../../../src/node/proxy/names.ts'
import {nftName} from '../../../src/node/proxy/nftables/names.ts'
import {nftablesPlan} from '../../../src/node/proxy/nftables/nftables.ts'
import {contextOf, contextOf6, type ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import {type Endpoint, type ServicePort, servicePorts} from '../../../src/node/proxy/service-port.ts'
import {sampleService, sampleSlice} from '../../objects/_samples.ts'
import {linesOf, planned} from './_plan.ts'

const endpoint = (text: string): Endpoint => ({ip: parseIp6(text), port: 8080, ready: true, nodeName: 'node1'})
const kubia: ServicePort = {
  name: 'default/kubia',
  protocol: 'tcp',
  clusterIp: parseIp6('fd00:10:96::af'),
  port: 80,
  internalTrafficPolicy: 'Cluster',
  endpoints: [endpoint('fd00:172:17:c::2'), endpoint('fd00:172:17:d::2')],
}
const context: ProxyContext = {
  family: 'IPv6',
  nodeName: 'node1',
  nodeIp: parseIp6('fd00:10:0:20::b'),
  clusterCidr: parseCidr6('fd00:172:17::/48'),
  serviceRange: parseNetwork6('fd00:10:96::/112'),
}

test('rules of a Service of IPv6 are those of IPv4 with other addresses, in ip6tables', t => {
  const plan = planned([{...kubia, nodePort: 30080, affinitySeconds: 10}], context)
  t.is(plan.family, 'IPv6')
  const [one, two] = kubia.endpoints.map(each => endpointChain(kubia, each))
  t.is(
    linesOf(`(${one}|cluster IP)`, plan)
      .replaceAll(one ?? '', 'SEP-ONE')
      .replaceAll(two ?? '', 'SEP-TWO'),
    `nat: -A KUBE-SERVICES -d fd00:10:96::af/128 -p tcp -m comment --comment "default/kubia cluster IP" -m tcp --dport 80 -j KUBE-SVC-XCCRWSFD2BRL7CRI
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI ! -s fd00:172:17::/48 -d fd00:10:96::af/128 -p tcp -m comment --comment "default/kubia cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> [fd00:172:17:c::2]:8080" -m recent --rcheck --seconds 10 --reap --name SEP-ONE --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource -j SEP-ONE
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> [fd00:172:17:c::2]:8080" -m statistic --mode random --probability 0.50000000000 -j SEP-ONE
nat: -A SEP-ONE -s fd00:172:17:c::2/128 -m comment --comment "default/kubia" -j KUBE-MARK-MASQ
nat: -A SEP-ONE -p tcp -m comment --comment "default/kubia" -m recent --set --name SEP-ONE --mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource -m tcp -j DNAT --to-destination [fd00:172:17:c::2]:8080
`,
  )
})

test('a Service of IPv6 without endpoints is refused by ICMPv6', t => {
  const plan = planned([{...kubia, endpoints: []}], context)
  t.is(
    linesOf('no endpoints', plan),
    'filter: -A KUBE-SERVICES -d fd00:10:96::af/128 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp6-port-unreachable\n',
  )
})

test('node ports never answer at ::1, and need no rule to keep others from it', t => {
  for (const localhostNodePorts of [true, false]) {
    const {tables} = planned([], {...context, localhostNodePorts})
    const last = tables.nat?.chains['KUBE-SERVICES']?.at(-1)
    t.regex(last ? printSpecification(last) : '', /^! -d ::1\/128 .*--dst-type LOCAL -j KUBE-NODEPORTS$/)
    t.deepEqual(tables.filter?.chains['KUBE-FIREWALL'], [])
    t.is(iptables.plan([], {...context, localhostNodePorts}).state, undefined)
  }
})

test('the table of nftables is of its family, with addresses of its type', t => {
  const {family, table} = nftablesPlan([{...kubia, affinitySeconds: 10, nodePort: 30080}], context)
  t.is(family, 'ip6')
  t.deepEqual(table?.sets['nodeport-ips'], {
    type: 'ipv6_addr',
    comment: 'IPs that accept NodePort traffic',
    elements: ['fd00:10:0:20::b'],
  })
  t.is(table?.maps['service-ips']?.type, 'ipv6_addr . inet_proto . inet_service : verdict')
  t.deepEqual(Object.keys(table?.maps['service-ips']?.elements ?? {}), ['fd00:10:96::af . tcp . 80'])
  const [one] = kubia.endpoints
  t.regex(nftName('endpoint', kubia, one), /^endpoint-[A-Z2-7]{8}-default\/kubia\/tcp\/__fd00\.172\.17\.c\.\.2\/8080$/)
  t.deepEqual(table?.chains[nftName('endpoint', kubia, one)]?.rules, [
    'ip6 saddr fd00:172:17:c::2 jump mark-for-masquerade',
    `update @${nftName('affinity', kubia, one)} { ip6 saddr }`,
    'meta l4proto tcp dnat to [fd00:172:17:c::2]:8080',
  ])
  t.is(table?.sets[nftName('affinity', kubia, one)]?.type, 'ipv6_addr')
  const all = Object.values(table?.chains ?? {}).flatMap(({rules}) => rules)
  t.deepEqual(
    all.filter(rule => /\bip [sd]addr\b/.test(rule)),
    [],
  )
})

test('a Service of both families has ports in each, with the endpoints of that family', t => {
  const both = sampleService('kubia', {
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9', 'fd00:10:96::9'],
    externalIPs: ['198.51.100.9', '2001:db8::9'],
  })
  const slices = [
    sampleSlice('kubia', ['172.17.12.2'], {ports: [{name: '', port: 8080, protocol: 'TCP'}]}),
    {
      ...sampleSlice('kubia', ['fd00:172:17:c::2'], {ports: [{name: '', port: 8080, protocol: 'TCP'}]}),
      addressType: 'IPv6' as const,
    },
  ]
  const seen = (family?: 'IPv6') =>
    servicePorts([both], slices, family).map(
      port => `${port.clusterIp} ${port.externalIps} ${port.endpoints.map(({ip}) => ip)}`,
    )
  t.deepEqual(seen(), ['10.96.0.9 198.51.100.9 172.17.12.2'])
  t.deepEqual(seen('IPv6'), ['fd00:10:96::9 2001:db8::9 fd00:172:17:c::2'])
  t.deepEqual(seen(), ['10.96.0.9 198.51.100.9 172.17.12.2'])
})

test('a node without IPv6 has one context, another has two', t => {
  const node = {nodeName: 'node1'}
  const configuration = {
    ...defaultProxyConfiguration,
    clusterCIDR6: parseCidr6('fd00:172:17::/48'),
    nodePortAddresses: [parseNetwork6('fd00:10:0:20::/64')],
  }
  t.is(contextOf6(node, configuration), undefined)
  const dual = {...node, ipv6: {nodeIp: parseIp6('fd00:10:0:20::b')}}
  t.like(contextOf6(dual, configuration), {
    family: 'IPv6',
    nodeIp: 'fd00:10:0:20::b',
    clusterCidr: 'fd00:172:17::/48',
    nodePortAddresses: ['fd00:10:0:20::/64'],
  })
  const four = contextOf(dual, configuration)
  t.deepEqual([four.family, four.clusterCidr], [undefined, undefined])
})

test('networks of one family say nothing of the other, whose node ports answer at all addresses', t => {
  const dual = {nodeName: 'node1', ipv6: {nodeIp: parseIp6('fd00:10:0:20::b')}}
  const told = (...nodePortAddresses: readonly string[]) => {
    const configuration = {...defaultProxyConfiguration, nodePortAddresses: nodePortAddresses.map(parseAnyNetwork)}
    return [contextOf(dual, configuration), contextOf6(dual, configuration)].map(one => one?.nodePortAddresses?.join())
  }
  t.deepEqual(told(), ['', ''])
  t.deepEqual(told('10.0.20.0/24'), ['10.0.20.0/24', '::/0'])
  t.deepEqual(told('fd00:10:0:20::/64'), ['0.0.0.0/0', 'fd00:10:0:20::/64'])
  t.deepEqual(told('10.0.20.0/24', 'fd00:10:0:20::/64'), ['10.0.20.0/24', 'fd00:10:0:20::/64'])
  t.deepEqual(told('10.0.20.0/24', '0.0.0.0/0'), ['0.0.0.0/0', '::/0'])
})

test('node ports of IPv6 that answer at all addresses do not at ::1', t => {
  const everywhere = {...context, nodePortAddresses: [parseNetwork6('::/0')]}
  const {tables} = planned([], everywhere)
  const last = tables.nat?.chains['KUBE-SERVICES']?.at(-1)
  t.regex(last ? printSpecification(last) : '', /^! -d ::1\/128 .*--dst-type LOCAL -j KUBE-NODEPORTS$/)
  const {table} = nftablesPlan([], everywhere)
  t.false('nodeport-ips' in (table?.sets ?? {}))
  t.is(
    table?.chains.services?.rules.at(-1),
    'fib daddr type local ip6 daddr != ::1 meta l4proto . th dport vmap @service-nodeports',
  )
})
