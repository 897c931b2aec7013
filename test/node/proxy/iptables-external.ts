import test from 'ava'
import {printIptablesRule} from '../../../src/kernel/rules/iptables.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, linesOf, node1, planned} from './_plan.ts'

const outside = ['198.51.100.7', '203.0.113.9'].map(parseIp)
const balanced = {loadBalancerIps: outside.slice(0, 1)}
const onNodes: ServicePort = {...kubia, nodePort: 30123, endpoints: kubia.endpoints.slice(1)}

/** All rules of the Service but those of its endpoints and of its cluster IP, which node ports do not change. */
const rules = test.macro((t, change: Partial<ServicePort>, context: Partial<ProxyContext>, expected: string) => {
  const lines = linesOf('XCCRWSFD2BRL7CRI|default/kubia', planned([{...onNodes, ...change}], {...node1, ...context}))
  t.is(byChain(lines.replace(/^.*(-A KUBE-SEP-|cluster IP).*\n/gm, '')), byChain(expected))
})

/** The order of chains means nothing, that of a chain's rules does. */
function byChain(lines: string): string {
  const chainOf = (line: string) => line.split(' ').slice(0, 3).join(' ')
  return lines
    .split(/(?<=\n)/)
    .sort((a, b) => (chainOf(a) < chainOf(b) ? -1 : chainOf(a) > chainOf(b) ? 1 : 0))
    .join('')
}

const [hash, local, remote] = ['XCCRWSFD2BRL7CRI', 'KUBE-SEP-OAO5ZWEZFCDCCOQO', 'KUBE-SEP-C4T46J3UJAW7WOUX']

const lead = `nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia" -m tcp --dport 30123 -j KUBE-EXT-${hash}\n`

const anyEndpoint = `nat: -A KUBE-SVC-${hash} -m comment --comment "default/kubia -> 172.17.12.3:8080" -m statistic --mode random --probability 0.50000000000 -j ${local}
nat: -A KUBE-SVC-${hash} -m comment --comment "default/kubia -> 172.17.13.2:8080" -j ${remote}
`

const shortCuts = `nat: -A KUBE-EXT-${hash} -s 172.17.0.0/16 -m comment --comment "pod traffic for default/kubia external destinations" -j KUBE-SVC-${hash}
nat: -A KUBE-EXT-${hash} -m comment --comment "masquerade LOCAL traffic for default/kubia external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
nat: -A KUBE-EXT-${hash} -m comment --comment "route LOCAL traffic for default/kubia external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-${hash}
`

test(
  'with the policy Cluster every packet to the node port is masqueraded and goes to any endpoint',
  rules,
  {externalTrafficPolicy: 'Cluster'},
  {},
  `${lead}nat: -A KUBE-EXT-${hash} -m comment --comment "masquerade traffic for default/kubia external destinations" -j KUBE-MARK-MASQ
nat: -A KUBE-EXT-${hash} -j KUBE-SVC-${hash}
${anyEndpoint}`,
)

test(
  'with the policy Local a client reaches endpoints of this node, as itself; pods and the node reach any',
  rules,
  {externalTrafficPolicy: 'Local'},
  {},
  `${lead}${shortCuts}nat: -A KUBE-EXT-${hash} -j KUBE-SVL-${hash}
${anyEndpoint}nat: -A KUBE-SVL-${hash} -m comment --comment "default/kubia -> 172.17.12.3:8080" -j ${local}
`,
)

test(
  'with the policy Local a node without endpoints drops what comes from outside',
  rules,
  {externalTrafficPolicy: 'Local'},
  {nodeName: 'node7'},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j DROP
${lead}${shortCuts}${anyEndpoint}`,
)

test(
  'without a cluster CIDR nobody knows pods from clients',
  rules,
  {externalTrafficPolicy: 'Local'},
  {nodeName: 'node7', clusterCidr: undefined as never},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no local endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j DROP
${lead}${shortCuts.replace(/^.*pod traffic.*\n/, '')}${anyEndpoint}`,
)

test(
  'without endpoints the node port is rejected',
  rules,
  {endpoints: []},
  {},
  `filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30123 -j REJECT --reject-with icmp-port-unreachable
filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
`,
)

test('the policies for packets from inside and from outside do not depend on each other', t => {
  const both = planned([{...onNodes, internalTrafficPolicy: 'Local', externalTrafficPolicy: 'Cluster'}])
  const lines = linesOf('default/kubia|XCCRW', both)
  t.regex(lines, /default\/kubia cluster IP" -m tcp --dport 80 -j KUBE-SVL-/)
  t.regex(lines, /-A KUBE-EXT-XCCRWSFD2BRL7CRI -j KUBE-SVC-/)
  t.is(lines.match(/-j DNAT/g)?.length, 2)
})

test('an endpoint that is not ready is none for the node port either', t => {
  const sleeping = {...onNodes, endpoints: [endpoint('172.17.12.2', 8080, {ready: false})]}
  t.regex(linesOf('kubia', planned([sleeping])), /KUBE-EXTERNAL-SERVICES .* -j REJECT/)
})

const toExternal = (ip: string, what: string, chain: string) =>
  `nat: -A KUBE-SERVICES -d ${ip}/32 -p tcp -m comment --comment "default/kubia ${what}" -m tcp --dport 80 -j KUBE-${chain}-${hash}\n`
const refusedAt = (ip: string, why: string, verdict: string) =>
  `filter: -A KUBE-EXTERNAL-SERVICES -d ${ip}/32 -p tcp -m comment --comment "default/kubia has no ${why}" -m tcp --dport 80 -j ${verdict}\n`
const [rejected, without] = ['REJECT --reject-with icmp-port-unreachable', {nodePort: undefined as never}]
const throughCluster = `nat: -A KUBE-EXT-${hash} -m comment --comment "masquerade traffic for default/kubia external destinations" -j KUBE-MARK-MASQ
nat: -A KUBE-EXT-${hash} -j KUBE-SVC-${hash}
${anyEndpoint}`

test(
  'external IPs and load balancers lead where node ports do',
  rules,
  {...without, ...balanced, externalIps: outside.slice(1)},
  {},
  `${toExternal('203.0.113.9', 'external IP', 'EXT')}${toExternal('198.51.100.7', 'loadbalancer IP', 'EXT')}${throughCluster}`,
)

test(
  'they are rejected where there are no endpoints',
  rules,
  {...without, ...balanced, externalIps: outside.slice(1), endpoints: []},
  {},
  `${refusedAt('203.0.113.9', 'endpoints', rejected)}${refusedAt('198.51.100.7', 'endpoints', rejected)}filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j ${rejected}
`,
)

test(
  'with the policy Local a load balancer that asks the wrong node gets no answer',
  rules,
  {...without, ...balanced, externalTrafficPolicy: 'Local', healthCheckNodePort: 30999},
  {nodeName: 'node7'},
  `${refusedAt('198.51.100.7', 'local endpoints', 'DROP')}filter: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia health check node port" -m tcp --dport 30999 -j ACCEPT
${toExternal('198.51.100.7', 'loadbalancer IP', 'EXT')}${shortCuts}${anyEndpoint}`,
)

const firewall = `filter: -A KUBE-PROXY-FIREWALL -d 198.51.100.7/32 -p tcp -m comment --comment "default/kubia traffic not accepted by KUBE-FW-${hash}" -m tcp --dport 80 -j DROP\n`
const allowed = (range: string) =>
  `nat: -A KUBE-FW-${hash} -s ${range} -m comment --comment "default/kubia loadbalancer IP" -j KUBE-EXT-${hash}\n`
const others = `nat: -A KUBE-FW-${hash} -m comment --comment "other traffic to default/kubia will be dropped by KUBE-PROXY-FIREWALL"\n`
const ranges = {sourceRanges: ['10.0.20.0/24', '192.0.2.0/24'].map(parseCidr)}

test(
  'source ranges let those in whom they name',
  rules,
  {...without, ...balanced, ...ranges},
  {nodeIp: parseIp('10.9.9.9')},
  `${firewall}${toExternal('198.51.100.7', 'loadbalancer IP', 'FW')}${allowed('10.0.20.0/24')}${allowed('192.0.2.0/24')}${others}${throughCluster}`,
)

test(
  'a node within the ranges reaches itself through the load balancer',
  rules,
  {...without, ...balanced, ...ranges},
  {nodeIp: parseIp('10.0.20.11')},
  `${firewall}${toExternal('198.51.100.7', 'loadbalancer IP', 'FW')}${allowed('10.0.20.0/24')}${allowed('192.0.2.0/24')}${allowed('198.51.100.7/32')}${others}${throughCluster}`,
)

test(
  'a load balancer with source ranges and nobody behind it refuses all alike',
  rules,
  {...without, ...balanced, ...ranges, endpoints: []},
  {},
  `${refusedAt('198.51.100.7', 'endpoints', rejected)}filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j ${rejected}
`,
)

test('source ranges say nothing of external IPs and node ports', t => {
  const lines = linesOf('KUBE-EXT-|KUBE-FW-', planned([{...onNodes, ...ranges, externalIps: outside.slice(1)}]))
  t.notRegex(lines, /KUBE-FW-|KUBE-PROXY-FIREWALL/)
})

const lastRules = test.macro({
  exec: (t, context: Partial<ProxyContext>, expected: readonly string[]) => {
    const {nat} = planned([], {
      ...node1,
      addresses: ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp),
      ...context,
    }).tables
    const text = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain'
    const printed = (nat?.chains['KUBE-SERVICES'] ?? []).map(rule => printIptablesRule('KUBE-SERVICES', rule))
    t.deepEqual(
      printed.map(line => line.replace(` -m comment --comment "${text}"`, '')),
      expected.map(line => `-A KUBE-SERVICES ${line} -j KUBE-NODEPORTS`),
    )
  },
  title: (title = '') => `node ports answer ${title}`,
})

test('at every address of the node', lastRules, {}, ['-m addrtype --dst-type LOCAL'])
test('not at 127.0.0.1 when that is said', lastRules, {localhostNodePorts: false}, [
  '! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL',
])
test('in chosen networks only', lastRules, {nodePortAddresses: ['10.0.0.0/8', '127.0.0.0/8'].map(parseCidr)}, [
  '-d 10.0.20.11/32',
  '-d 127.0.0.1/32',
])
test('at every address of the node, where that is said', lastRules, {nodePortAddresses: [parseCidr('0.0.0.0/0')]}, [
  '-m addrtype --dst-type LOCAL',
])
test(
  'in chosen networks, and not at 127.0.0.1 when that is said',
  lastRules,
  {nodePortAddresses: ['10.0.0.0/8', '127.0.0.0/8'].map(parseCidr), localhostNodePorts: false},
  ['-d 10.0.20.11/32'],
)
