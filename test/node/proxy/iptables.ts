import test from 'ava'
import {
  applyRulesChange,
  emptyRuleset,
  planChange,
  printIptablesRule,
  printIptablesSave,
} from '../../../src/kernel/rules/iptables.ts'
import type {RulesPlan} from '../../../src/kernel/ruleset.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {iptables} from '../../../src/node/proxy/iptables.ts'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, linesOf, node1, planned} from './_plan.ts'

/** What iptables-save prints in a namespace where nothing but the plan is. */
function saved(plan: RulesPlan): string {
  const change = planChange(emptyRuleset, plan)
  return change === undefined ? '' : printIptablesSave(applyRulesChange(emptyRuleset, change))
}

test('a node without Services has the base chains, their jumps and the fixed rules', t => {
  t.is(saved(planned([])), base)
})

const base = `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-PROXY-CANARY - [0:0]
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-CANARY - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-SERVICES - [0:0]
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-PROXY-CANARY - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`

test('kubia of reference example R2: its cluster IP, three endpoints with equal shares', t => {
  t.is(
    linesOf('default/kubia', planned([kubia])),
    `nat: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia cluster IP" -m tcp --dport 80 -j KUBE-SVC-XCCRWSFD2BRL7CRI
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.2:8080" -m statistic --mode random --probability 0.33333333349 -j ${sep(0)}
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.3:8080" -m statistic --mode random --probability 0.50000000000 -j ${sep(1)}
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.13.2:8080" -j ${sep(2)}
nat: -A ${sep(0)} -s 172.17.12.2/32 -m comment --comment "default/kubia" -j KUBE-MARK-MASQ
nat: -A ${sep(0)} -p tcp -m comment --comment "default/kubia" -m tcp -j DNAT --to-destination 172.17.12.2:8080
nat: -A ${sep(1)} -s 172.17.12.3/32 -m comment --comment "default/kubia" -j KUBE-MARK-MASQ
nat: -A ${sep(1)} -p tcp -m comment --comment "default/kubia" -m tcp -j DNAT --to-destination 172.17.12.3:8080
nat: -A ${sep(2)} -s 172.17.13.2/32 -m comment --comment "default/kubia" -j KUBE-MARK-MASQ
nat: -A ${sep(2)} -p tcp -m comment --comment "default/kubia" -m tcp -j DNAT --to-destination 172.17.13.2:8080
`,
  )
})

/** The hashes of kubia's three endpoint chains, computed apart: `printf default/kubiatcpIP:8080 | sha256sum`, base 32. */
function sep(index: number): string {
  return `KUBE-SEP-${['6I7RMONTUK6OBNRS', 'OAO5ZWEZFCDCCOQO', 'C4T46J3UJAW7WOUX'][index]}`
}

test('kube-dns of reference example R3, without a cluster CIDR', t => {
  const pods = ['10.32.0.3', '10.32.0.4']
  const dns: ServicePort[] = (
    [
      ['dns', 'udp', 53],
      ['dns-tcp', 'tcp', 53],
      ['metrics', 'tcp', 9153],
    ] as const
  ).map(([name, protocol, port]) => ({
    ...kubia,
    name: `kube-system/kube-dns:${name}`,
    protocol,
    port,
    clusterIp: parseIp('10.96.0.10'),
    endpoints: pods.map(ip => endpoint(ip, port)),
  }))
  const lines = linesOf('kube-dns', planned(dns, {nodeName: 'master'}))
  t.is(
    lines.replace(/^.*(?:dns:dns|dns:metrics)[ "].*\n/gm, ''),
    `nat: -A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp cluster IP" -m tcp --dport 53 -j KUBE-SVC-ERIFXISQEP7F7OF4
nat: -A KUBE-SVC-ERIFXISQEP7F7OF4 -m comment --comment "kube-system/kube-dns:dns-tcp -> 10.32.0.3:53" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-S4MK5EVI7CLHCCS6
nat: -A KUBE-SVC-ERIFXISQEP7F7OF4 -m comment --comment "kube-system/kube-dns:dns-tcp -> 10.32.0.4:53" -j KUBE-SEP-ZT5TVM6PMFDFQAMO
nat: -A KUBE-SEP-S4MK5EVI7CLHCCS6 -s 10.32.0.3/32 -m comment --comment "kube-system/kube-dns:dns-tcp" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-S4MK5EVI7CLHCCS6 -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp" -m tcp -j DNAT --to-destination 10.32.0.3:53
nat: -A KUBE-SEP-ZT5TVM6PMFDFQAMO -s 10.32.0.4/32 -m comment --comment "kube-system/kube-dns:dns-tcp" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-ZT5TVM6PMFDFQAMO -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp" -m tcp -j DNAT --to-destination 10.32.0.4:53
`,
  )
  t.regex(lines, /-d 10\.96\.0\.10\/32 -p udp .*dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU\n/)
  t.regex(lines, /-d 10\.96\.0\.10\/32 -p tcp .*metrics cluster IP" -m tcp --dport 9153 -j KUBE-SVC-JD5MR3NA4I4DYORP\n/)
})

const outcome = test.macro((t, change: Partial<ServicePort>, context: Partial<ProxyContext>, expected: string) => {
  t.is(linesOf('default/kubia', planned([{...kubia, ...change}], {...node1, ...context})), expected)
})

const rejected =
  'filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable\n'

test('without endpoints the cluster IP is rejected', outcome, {endpoints: []}, {}, rejected)

test(
  'endpoints that are not ready do not count',
  outcome,
  {endpoints: [endpoint('172.17.12.2', 8080, {ready: false})]},
  {},
  rejected,
)

test(
  'with the internal traffic policy Local and endpoints only elsewhere the cluster IP is dropped',
  outcome,
  {internalTrafficPolicy: 'Local'},
  {nodeName: 'node7'},
  'filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia has no local endpoints" -m tcp --dport 80 -j DROP\n',
)

test('with the internal traffic policy Local only the endpoints of this node are used', t => {
  const lines = linesOf('default/kubia', planned([{...kubia, internalTrafficPolicy: 'Local'}]))
  t.regex(lines, /-j KUBE-SVL-XCCRWSFD2BRL7CRI\n/)
  t.regex(lines, /-A KUBE-SVL-XCCRWSFD2BRL7CRI ! -s 172\.17\.0\.0\/16 .* -j KUBE-MARK-MASQ\n/)
  t.notRegex(lines, /172\.17\.13\.2/)
  t.notRegex(lines, /KUBE-SVC/)
})

const first = (context: Partial<ProxyContext>) =>
  planned([kubia], {...node1, ...context}).tables.nat?.chains['KUBE-SVC-XCCRWSFD2BRL7CRI']?.at(0)

test('masqueradeAll marks every packet for a cluster IP', t => {
  const rule = first({masqueradeAll: true})
  t.is(
    rule && printIptablesRule('X', rule),
    '-A X -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
  )
})

test('session affinity remembers the client in the endpoint and asks for it before the lots are drawn', t => {
  const two = {...kubia, affinitySeconds: 10800, endpoints: kubia.endpoints.slice(0, 2)}
  const lines = linesOf('default/kubia', planned([two], {nodeName: 'node1'}))
  t.is(
    lines.split('\n').slice(1, 5).join('\n'),
    `nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.2:8080" -m recent --rcheck --seconds 10800 --reap --name ${sep(0)} --mask 255.255.255.255 --rsource -j ${sep(0)}
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.3:8080" -m recent --rcheck --seconds 10800 --reap --name ${sep(1)} --mask 255.255.255.255 --rsource -j ${sep(1)}
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.2:8080" -m statistic --mode random --probability 0.50000000000 -j ${sep(0)}
nat: -A KUBE-SVC-XCCRWSFD2BRL7CRI -m comment --comment "default/kubia -> 172.17.12.3:8080" -j ${sep(1)}`,
  )
  t.true(
    lines.includes(
      `nat: -A ${sep(0)} -p tcp -m comment --comment "default/kubia" -m recent --set --name ${sep(0)} --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 172.17.12.2:8080`,
    ),
  )
})

test('beyond a thousand endpoints their rules go without comments, the rest keeps them', t => {
  const large = Array.from({length: 334}, (_, index) => ({...kubia, name: `default/s${index}`}))
  const {chains} = planned(large).tables.nat ?? t.fail('no nat table')
  const comments = Object.entries(chains).filter(([, rules]) =>
    rules.some(({matches}) => matches.some(match => match.match === 'comment')),
  )
  t.false(comments.some(([chain]) => chain.startsWith('KUBE-SEP-')))
  t.is(comments.filter(([chain]) => chain.startsWith('KUBE-SVC-')).length, 334)
})

test('node ports on 127.0.0.1 need route_localnet', t => {
  t.deepEqual(iptables.plan([], node1).state, {sysctls: {'net.ipv4.conf.all.route_localnet': '1'}})
})
