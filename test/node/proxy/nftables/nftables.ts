import test from 'ava'
import {nftChangeBetween, printNftChange} from '../../../../src/kernel/nftables/change.ts'
import type {NftPlan} from '../../../../src/kernel/nftables/table.ts'
import {parseCidr, parseNetwork} from '../../../../src/net/cidr.ts'
import {parseIp} from '../../../../src/net/ip.ts'
import {nftName} from '../../../../src/node/proxy/nftables/names.ts'
import {nftablesPlan} from '../../../../src/node/proxy/nftables/nftables.ts'
import type {ProxyContext} from '../../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, node1} from '../_plan.ts'

const context: ProxyContext = {...node1, nodeIp: parseIp('10.0.20.11'), serviceRange: parseNetwork('10.96.0.0/12')}

test('names are those of kube-proxy', t => {
  const port = {name: 'ns1/svc1:p80', protocol: 'tcp'} as const
  t.is(nftName('service', port), 'service-ULMVA6XW-ns1/svc1/tcp/p80')
  t.is(nftName('endpoint', port, endpoint('10.180.0.1', 80)), 'endpoint-5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80')
})

test('a name that is too long is cut, and its hash tells it from others', t => {
  const port = {name: `${'n'.repeat(63)}/${'s'.repeat(63)}:${'p'.repeat(15)}`, protocol: 'tcp'} as const
  t.true(nftName('endpoint', port, endpoint('255.255.255.255', 65_535)).length <= 240)
  const long = {name: `${'n'.repeat(200)}/${'s'.repeat(63)}`, protocol: 'tcp'} as const
  const [one, other] = [nftName('service', long), nftName('service', {...long, name: `${long.name}:x`})]
  t.regex(one, /^service-[A-Z2-7]{8}-n+\/s+\.\.\.$/)
  t.is(one.length, 240)
  t.not(one, other)
})

/** What a Service adds to a table: rules as `chain: rule`, elements as `map: key : value`. */
function added(change: Partial<ServicePort>, more: Partial<ProxyContext> = {}): readonly string[] {
  const before = linesOf(nftablesPlan([], {...context, ...more}))
  return linesOf(nftablesPlan([{...kubia, ...change}], {...context, ...more})).filter(line => !before.includes(line))
}

function linesOf({table}: NftPlan): readonly string[] {
  return [
    ...Object.entries(table?.sets ?? {}).flatMap(([name, {elements, timeout}]) => [
      ...(timeout ? [`${name} ${timeout}s`] : []),
      ...elements.map(element => `${name}: ${element}`),
    ]),
    ...Object.entries(table?.maps ?? {}).flatMap(([name, {elements}]) =>
      Object.entries(elements).map(([key, {value}]) => `${name}: ${key} : ${value}`),
    ),
    ...Object.entries(table?.chains ?? {}).flatMap(([name, {rules}]) => rules.map(rule => `${name}: ${rule}`)),
  ].map(line =>
    line.replaceAll(/(service|local|external|firewall|endpoint|affinity)-[A-Z2-7]{8}-default\/kubia\/tcp\//g, '$1'),
  )
}

const [first, second, third] = ['172.17.12.2', '172.17.12.3', '172.17.13.2'].map(ip => `endpoint__${ip}/8080`)
const pod = (name: string | undefined, ip: string) => [
  `${name}: ip saddr ${ip} jump mark-for-masquerade`,
  `${name}: meta l4proto tcp dnat to ${ip}:8080`,
]
const pods = [...pod(first, '172.17.12.2'), ...pod(second, '172.17.12.3'), ...pod(third, '172.17.13.2')]
const stranger = 'ip daddr 10.98.237.175 tcp dport 80 ip saddr != 172.17.0.0/16 jump mark-for-masquerade'
const draw = `numgen random mod 3 vmap { 0 : goto ${first}, 1 : goto ${second}, 2 : goto ${third} }`

test('a Service is one element of a map, and a chain that draws lots', t => {
  t.deepEqual(added({}), [
    'cluster-ips: 10.98.237.175',
    'service-ips: 10.98.237.175 . tcp . 80 : goto service',
    `service: ${stranger}`,
    `service: ${draw}`,
    ...pods,
  ])
})

test('masquerading all or nobody is said in that chain', t => {
  t.true(
    added({}, {masqueradeAll: true}).includes('service: ip daddr 10.98.237.175 tcp dport 80 jump mark-for-masquerade'),
  )
  t.false(added({}, {clusterCidr: undefined as never}).some(line => line.startsWith('service: ip daddr')))
})

test('without endpoints a Service is rejected', t => {
  t.deepEqual(added({endpoints: [], nodePort: 30_080}), [
    'cluster-ips: 10.98.237.175',
    'no-endpoint-services: 10.98.237.175 . tcp . 80 : goto reject-chain',
    'no-endpoint-nodeports: tcp . 30080 : goto reject-chain',
  ])
})

test('with the policy Local for inside, a node without endpoints drops', t => {
  t.deepEqual(added({internalTrafficPolicy: 'Local'}, {nodeName: 'node7'}), [
    'cluster-ips: 10.98.237.175',
    'no-endpoint-services: 10.98.237.175 . tcp . 80 : drop',
  ])
  t.true(added({internalTrafficPolicy: 'Local'}).includes('service-ips: 10.98.237.175 . tcp . 80 : goto local'))
})

test('packets from outside have a chain of their own', t => {
  const external = {nodePort: 30_080, externalIps: [parseIp('203.0.113.9')], loadBalancerIps: [parseIp('10.0.40.1')]}
  t.deepEqual(
    added(external).filter(line => !pods.includes(line)),
    [
      'cluster-ips: 10.98.237.175',
      'service-ips: 10.98.237.175 . tcp . 80 : goto service',
      'service-ips: 203.0.113.9 . tcp . 80 : goto external',
      'service-ips: 10.0.40.1 . tcp . 80 : goto external',
      'service-nodeports: tcp . 30080 : goto external',
      `service: ${stranger}`,
      `service: ${draw}`,
      'external: jump mark-for-masquerade',
      'external: goto service',
    ],
  )
})

test('with the policy Local pods and the node itself are no strangers', t => {
  const local = {nodePort: 30_080, externalTrafficPolicy: 'Local'} as const
  const rules = [
    'external: ip saddr 172.17.0.0/16 goto service comment "short-circuit pod traffic"',
    'external: fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
    'external: fib saddr type local goto service comment "short-circuit local traffic"',
  ]
  const external = (lines: readonly string[]) => lines.filter(line => line.startsWith('external:'))
  t.deepEqual(external(added(local)), [...rules, 'external: goto local'])
  t.deepEqual(external(added(local, {nodeName: 'node7'})), rules)
  t.true(added(local, {nodeName: 'node7'}).includes('no-endpoint-nodeports: tcp . 30080 : drop'))
})

test('source ranges drop before anything is rewritten', t => {
  const ranges = (...texts: string[]) => ({loadBalancerIps: [parseIp('10.0.40.1')], sourceRanges: texts.map(parseCidr)})
  const firewall = (lines: readonly string[]) => lines.filter(line => line.startsWith('firewall'))
  t.deepEqual(firewall(added(ranges('192.0.2.7/32', '198.51.100.0/24'))), [
    'firewall-ips: 10.0.40.1 . tcp . 80 : goto firewall',
    'firewall: ip saddr != { 192.0.2.7, 198.51.100.0/24 } drop',
  ])
  const andTheNode = 'firewall: ip saddr != { 10.0.20.0/24, 10.0.40.1, 192.0.2.7 } drop'
  t.true(
    added(ranges('192.0.2.7/32', '10.0.20.0/24')).includes(andTheNode),
    'a node of the range comes as the load balancer',
  )
  t.true(added(ranges('192.0.2.7/32')).includes('firewall: ip saddr != 192.0.2.7 drop'))
})

test('a client is remembered in a set of each endpoint', t => {
  const lines = added({affinitySeconds: 60})
  t.true(lines.includes('affinity__172.17.12.2/8080 60s'))
  t.true(lines.includes(`service: ip saddr @affinity__172.17.12.2/8080 goto ${first}`))
  t.true(lines.includes(`${first}: update @affinity__172.17.12.2/8080 { ip saddr }`))
})

test('node ports answer at the address of the node, or where they are told to', t => {
  const at = (more: Partial<ProxyContext>) =>
    nftablesPlan([], {...context, ...more}).table?.sets['nodeport-ips']?.elements
  t.deepEqual(at({}), ['10.0.20.11'])
  const addresses = ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp)
  t.deepEqual(at({addresses, nodePortAddresses: ['172.17.0.0/16', '127.0.0.0/8'].map(parseCidr)}), ['172.17.12.1'])
})

test('node ports answer at all addresses of the node but 127.0.0.1, where that is said, and no set names them', t => {
  const {table} = nftablesPlan([], {...context, nodePortAddresses: [parseCidr('0.0.0.0/0')]})
  t.false('nodeport-ips' in (table?.sets ?? {}))
  t.is(
    table?.chains.services?.rules.at(-1),
    'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports',
  )
  t.deepEqual(table?.chains['nodeport-endpoints-check']?.rules, [
    'ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @no-endpoint-nodeports',
  ])
})

test('the first of two Services has the address that both claim', t => {
  const twins = [kubia, {...kubia, name: 'default/other'}]
  const {service} = {service: nftablesPlan(twins, context).table?.maps['service-ips']?.elements}
  t.is(service?.['10.98.237.175 . tcp . 80']?.value, `goto ${nftName('service', kubia)}`)
})

test('one endpoint less is one short transaction', t => {
  const [before, after] = [kubia, {...kubia, endpoints: kubia.endpoints.slice(1)}].map(port =>
    nftablesPlan([port], context),
  )
  if (before === undefined || after === undefined) throw new Error('two plans')
  const change = nftChangeBetween(before, after)
  const gone = nftName('endpoint', kubia, endpoint('172.17.12.2', 8080))
  const service = nftName('service', kubia)
  const [one, other] = ['172.17.12.3', '172.17.13.2'].map(ip => nftName('endpoint', kubia, endpoint(ip, 8080)))
  t.is(
    change && printNftChange(change),
    `flush chain ip kube-proxy ${service}
add rule ip kube-proxy ${service} ${stranger}
add rule ip kube-proxy ${service} numgen random mod 2 vmap { 0 : goto ${one}, 1 : goto ${other} }
flush chain ip kube-proxy ${gone}
delete chain ip kube-proxy ${gone}
`,
  )
  t.is(nftChangeBetween(after, nftablesPlan([{...kubia, endpoints: kubia.endpoints.slice(1)}], context)), undefined)
})

test('who wants no table any more deletes it, once', t => {
  const plan = nftablesPlan([kubia], context)
  const none = {...plan, table: undefined}
  t.deepEqual(nftChangeBetween(plan, none)?.commands, ['delete table ip kube-proxy'])
  t.is(nftChangeBetween(none, none), undefined)
  t.is(nftChangeBetween(undefined, none), undefined)
})
