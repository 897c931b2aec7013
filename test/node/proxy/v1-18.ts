import test from 'ava'
import {applyRulesChange, emptyRuleset, planBetween, printIptablesSave} from '../../../src/kernel/rules/iptables.ts'
import type {RulesChange} from '../../../src/kernel/ruleset.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import type {ProxyContext} from '../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {endpoint, kubia, linesOf, node1, planned} from './_plan.ts'

/* The rules as Kubernetes 1.18 wrote them; a kube-proxy of that version is asked in test/judges/kube-proxy-rules.ts. */
const profile = 'v1.18'

/* What iptables-save prints of the reference example R3. */
const kubeDns = `-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -j KUBE-SVC-TCOU7JCQXEZGVUNU
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp cluster IP" -m tcp --dport 53 -j KUBE-SVC-ERIFXISQEP7F7OF4
-A KUBE-SERVICES -d 10.96.0.10/32 -p tcp -m comment --comment "kube-system/kube-dns:metrics cluster IP" -m tcp --dport 9153 -j KUBE-SVC-JD5MR3NA4I4DYORP
-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-3DU66DE6VORVEQVD
-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns" -j KUBE-SEP-ES652KEXJGQ2TLCD
-A KUBE-SEP-3DU66DE6VORVEQVD -s 10.32.0.3/32 -m comment --comment "kube-system/kube-dns:dns" -j KUBE-MARK-MASQ
-A KUBE-SEP-3DU66DE6VORVEQVD -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.32.0.3:53
-A KUBE-SEP-ES652KEXJGQ2TLCD -s 10.32.0.4/32 -m comment --comment "kube-system/kube-dns:dns" -j KUBE-MARK-MASQ
-A KUBE-SEP-ES652KEXJGQ2TLCD -p udp -m comment --comment "kube-system/kube-dns:dns" -m udp -j DNAT --to-destination 10.32.0.4:53
-A KUBE-SVC-ERIFXISQEP7F7OF4 -m comment --comment "kube-system/kube-dns:dns-tcp" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-S4MK5EVI7CLHCCS6
-A KUBE-SVC-ERIFXISQEP7F7OF4 -m comment --comment "kube-system/kube-dns:dns-tcp" -j KUBE-SEP-ZT5TVM6PMFDFQAMO
-A KUBE-SEP-S4MK5EVI7CLHCCS6 -s 10.32.0.3/32 -m comment --comment "kube-system/kube-dns:dns-tcp" -j KUBE-MARK-MASQ
-A KUBE-SEP-S4MK5EVI7CLHCCS6 -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp" -m tcp -j DNAT --to-destination 10.32.0.3:53
-A KUBE-SEP-ZT5TVM6PMFDFQAMO -s 10.32.0.4/32 -m comment --comment "kube-system/kube-dns:dns-tcp" -j KUBE-MARK-MASQ
-A KUBE-SEP-ZT5TVM6PMFDFQAMO -p tcp -m comment --comment "kube-system/kube-dns:dns-tcp" -m tcp -j DNAT --to-destination 10.32.0.4:53
-A KUBE-SVC-JD5MR3NA4I4DYORP -m comment --comment "kube-system/kube-dns:metrics" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-ZCHNBYOGFZRFKYMA
-A KUBE-SVC-JD5MR3NA4I4DYORP -m comment --comment "kube-system/kube-dns:metrics" -j KUBE-SEP-XMFX3Z5COIKNXDCR
-A KUBE-SEP-ZCHNBYOGFZRFKYMA -s 10.32.0.3/32 -m comment --comment "kube-system/kube-dns:metrics" -j KUBE-MARK-MASQ
-A KUBE-SEP-ZCHNBYOGFZRFKYMA -p tcp -m comment --comment "kube-system/kube-dns:metrics" -m tcp -j DNAT --to-destination 10.32.0.3:9153
-A KUBE-SEP-XMFX3Z5COIKNXDCR -s 10.32.0.4/32 -m comment --comment "kube-system/kube-dns:metrics" -j KUBE-MARK-MASQ
-A KUBE-SEP-XMFX3Z5COIKNXDCR -p tcp -m comment --comment "kube-system/kube-dns:metrics" -m tcp -j DNAT --to-destination 10.32.0.4:9153
`

test('kube-dns of reference example R3 comes out literally, without a cluster CIDR', t => {
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
    endpoints: ['10.32.0.3', '10.32.0.4'].map(ip => endpoint(ip, port)),
  }))
  const lines = linesOf('kube-dns', planned(dns, {nodeName: 'master', profile}))
  t.is(lines.replaceAll('nat: ', ''), kubeDns)
})

test('a node without Services', t => {
  const change = planBetween(undefined, planned([], {nodeName: 'node1', profile}))
  t.is(
    printIptablesSave(applyRulesChange(emptyRuleset, change as RulesChange)),
    `*mangle
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
:KUBE-PROXY-CANARY - [0:0]
:KUBE-SERVICES - [0:0]
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
-A INPUT -j KUBE-FIREWALL
-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL -m comment --comment "kubernetes firewall for dropping marked packets" -m mark --mark 0x8000/0x8000 -j DROP
-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack pod source rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack pod destination rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-MARK-DROP - [0:0]
:KUBE-MARK-MASQ - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-PROXY-CANARY - [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
-A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000
-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -m mark --mark 0x4000/0x4000 -j MASQUERADE --random-fully
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`,
  )
})

const writes = test.macro((t, change: Partial<ServicePort>, context: Partial<ProxyContext>, expected: string) => {
  const plan = planned([{...kubia, ...change}], {...node1, profile, ...context})
  t.is(linesOf('kubia|KUBE-(XLB|FW)-|pods trying', plan), expected)
})

test(
  'a Service: who is no pod is marked before the jump to its chain',
  writes,
  {},
  {},
  `nat: -A KUBE-SERVICES ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-DIAHN7LQN5OI6ELF
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-K7QIDEUBVVQG3AQZ
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -j KUBE-SEP-MRDU5OQMDR2L6LFK
nat: -A KUBE-SEP-DIAHN7LQN5OI6ELF -s 172.17.12.2/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-DIAHN7LQN5OI6ELF -p tcp -m comment --comment "default/kubia:" -m tcp -j DNAT --to-destination 172.17.12.2:8080
nat: -A KUBE-SEP-K7QIDEUBVVQG3AQZ -s 172.17.12.3/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-K7QIDEUBVVQG3AQZ -p tcp -m comment --comment "default/kubia:" -m tcp -j DNAT --to-destination 172.17.12.3:8080
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -s 172.17.13.2/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -p tcp -m comment --comment "default/kubia:" -m tcp -j DNAT --to-destination 172.17.13.2:8080
`,
)
test(
  'without endpoints packets from outside are refused where each way in begins',
  writes,
  {endpoints: [], nodePort: 30_080, externalIps: [parseIp('203.0.113.1')], loadBalancerIps: [parseIp('10.0.40.1')]},
  {},
  `filter: -A KUBE-EXTERNAL-SERVICES -d 203.0.113.1/32 -p tcp -m comment --comment "default/kubia: has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
filter: -A KUBE-EXTERNAL-SERVICES -p tcp -m comment --comment "default/kubia: has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j REJECT --reject-with icmp-port-unreachable
filter: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
filter: -A KUBE-SERVICES -d 10.0.40.1/32 -p tcp -m comment --comment "default/kubia: has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable
`,
)
test(
  'the policy Cluster: each way in masquerades, and a load balancer ends in KUBE-MARK-DROP',
  writes,
  {
    nodePort: 30_080,
    externalIps: [parseIp('203.0.113.1')],
    loadBalancerIps: [parseIp('10.0.40.1')],
    sourceRanges: [parseCidr('10.0.20.0/24')],
    endpoints: kubia.endpoints.slice(0, 1),
  },
  {nodeIp: parseIp('10.0.20.11')},
  `nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-MARK-MASQ
nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES -d 203.0.113.1/32 -p tcp -m comment --comment "default/kubia: external IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -d 203.0.113.1/32 -p tcp -m comment --comment "default/kubia: external IP" -m tcp --dport 80 -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES -d 203.0.113.1/32 -p tcp -m comment --comment "default/kubia: external IP" -m tcp --dport 80 -m addrtype --dst-type LOCAL -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES -d 10.0.40.1/32 -p tcp -m comment --comment "default/kubia: loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-L5EAUEZ74VZL5GSC
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-MARK-MASQ
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -s 10.0.20.0/24 -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -s 10.0.40.1/32 -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-MARK-DROP
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -j KUBE-SEP-DIAHN7LQN5OI6ELF
nat: -A KUBE-SEP-DIAHN7LQN5OI6ELF -s 172.17.12.2/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-DIAHN7LQN5OI6ELF -p tcp -m comment --comment "default/kubia:" -m tcp -j DNAT --to-destination 172.17.12.2:8080
`,
)
test(
  'the policy Local: KUBE-XLB draws among the pods of this node',
  writes,
  {
    externalTrafficPolicy: 'Local',
    nodePort: 30_080,
    loadBalancerIps: [parseIp('10.0.40.1')],
    affinitySeconds: 60,
    endpoints: kubia.endpoints.slice(1),
  },
  {},
  `nat: -A KUBE-NODEPORTS -s 127.0.0.0/8 -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-MARK-MASQ
nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-XLB-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES -d 10.0.40.1/32 -p tcp -m comment --comment "default/kubia: loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-L5EAUEZ74VZL5GSC
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-XLB-L5EAUEZ74VZL5GSC
nat: -A KUBE-FW-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia: loadbalancer IP" -j KUBE-MARK-DROP
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m recent --rcheck --seconds 60 --reap --name KUBE-SEP-K7QIDEUBVVQG3AQZ --mask 255.255.255.255 --rsource -j KUBE-SEP-K7QIDEUBVVQG3AQZ
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m recent --rcheck --seconds 60 --reap --name KUBE-SEP-MRDU5OQMDR2L6LFK --mask 255.255.255.255 --rsource -j KUBE-SEP-MRDU5OQMDR2L6LFK
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-K7QIDEUBVVQG3AQZ
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -j KUBE-SEP-MRDU5OQMDR2L6LFK
nat: -A KUBE-SEP-K7QIDEUBVVQG3AQZ -s 172.17.12.3/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-K7QIDEUBVVQG3AQZ -p tcp -m comment --comment "default/kubia:" -m recent --set --name KUBE-SEP-K7QIDEUBVVQG3AQZ --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 172.17.12.3:8080
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -s 172.17.13.2/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -p tcp -m comment --comment "default/kubia:" -m recent --set --name KUBE-SEP-MRDU5OQMDR2L6LFK --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 172.17.13.2:8080
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -s 172.17.0.0/16 -m comment --comment "Redirect pods trying to reach external loadbalancer VIP to clusterIP" -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "masquerade LOCAL traffic for default/kubia: LB IP" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "route LOCAL traffic for default/kubia: LB IP to service chain" -m addrtype --src-type LOCAL -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -m recent --rcheck --seconds 60 --reap --name KUBE-SEP-K7QIDEUBVVQG3AQZ --mask 255.255.255.255 --rsource -j KUBE-SEP-K7QIDEUBVVQG3AQZ
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "Balancing rule 0 for default/kubia:" -j KUBE-SEP-K7QIDEUBVVQG3AQZ
`,
)
test(
  'the policy Local on a node without a pod: what is left is dropped',
  writes,
  {externalTrafficPolicy: 'Local', nodePort: 30_080, endpoints: kubia.endpoints.slice(2)},
  {},
  `nat: -A KUBE-NODEPORTS -s 127.0.0.0/8 -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-MARK-MASQ
nat: -A KUBE-NODEPORTS -p tcp -m comment --comment "default/kubia:" -m tcp --dport 30080 -j KUBE-XLB-L5EAUEZ74VZL5GSC
nat: -A KUBE-SERVICES ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
nat: -A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia: cluster IP" -m tcp --dport 80 -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-SVC-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia:" -j KUBE-SEP-MRDU5OQMDR2L6LFK
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -s 172.17.13.2/32 -m comment --comment "default/kubia:" -j KUBE-MARK-MASQ
nat: -A KUBE-SEP-MRDU5OQMDR2L6LFK -p tcp -m comment --comment "default/kubia:" -m tcp -j DNAT --to-destination 172.17.13.2:8080
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -s 172.17.0.0/16 -m comment --comment "Redirect pods trying to reach external loadbalancer VIP to clusterIP" -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "masquerade LOCAL traffic for default/kubia: LB IP" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "route LOCAL traffic for default/kubia: LB IP to service chain" -m addrtype --src-type LOCAL -j KUBE-SVC-L5EAUEZ74VZL5GSC
nat: -A KUBE-XLB-L5EAUEZ74VZL5GSC -m comment --comment "default/kubia: has no local endpoints" -j KUBE-MARK-DROP
`,
)

test('it knows no policy for packets from inside, no zones, and no pods that still answer while they end', t => {
  const [first, second] = kubia.endpoints.map(one => ({...one, zones: ['a']}))
  if (!first || !second) return t.fail()
  const newer: ServicePort = {
    ...{...kubia, internalTrafficPolicy: 'Local'},
    endpoints: [first, {...second, ready: false, lingering: true}],
  }
  const context = {...node1, nodeName: 'elsewhere', zone: 'b', profile} as const
  t.is(
    linesOf('kubia', planned([newer], context)),
    linesOf('kubia', planned([{...kubia, endpoints: [first]}], context)),
  )
})
