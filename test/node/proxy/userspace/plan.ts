import test from 'ava'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planBetween,
  planChange,
  printIptablesSave,
} from '../../../../src/kernel/rules/iptables.ts'
import type {RulesPlan} from '../../../../src/kernel/ruleset.ts'
import {parseIp} from '../../../../src/net/ip.ts'
import type {ProxyContext} from '../../../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../../../src/node/proxy/service-port.ts'
import {proxiedPorts} from '../../../../src/node/proxy/userspace/proxied-port.ts'
import {expectedSockets} from '../../../../src/node/proxy/userspace/proxy-port.ts'
import {userspacePlan} from '../../../../src/node/proxy/userspace/userspace.ts'
import {endpoint, kubia, linesOf} from '../_plan.ts'

/** Reference example R1. */
const ccdb: ServicePort = {
  name: 'smart/ccdb:port1521',
  protocol: 'tcp',
  clusterIp: parseIp('10.254.120.169'),
  port: 1521,
  nodePort: 50_171,
  internalTrafficPolicy: 'Cluster',
  endpoints: [endpoint('172.17.13.2', 1521)],
}

const node: ProxyContext = {
  nodeName: 'node1',
  nodeIp: parseIp('10.45.25.227'),
  proxySockets: {ports: new Map([[ccdb.name, 52_244]]), refused: new Map()},
}

const saved = (plan: RulesPlan) => {
  const change = planBetween(undefined, plan)
  return printIptablesSave(change ? applyRulesChange(emptyRuleset, change) : emptyRuleset)
}

test('R1: a Service is led to its proxy port by these rules, word for word', t => {
  t.is(
    linesOf('nat: .*ccdb', userspacePlan([ccdb], node)),
    `nat: -A KUBE-NODEPORT-CONTAINER -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 50171 -j REDIRECT --to-ports 52244
nat: -A KUBE-NODEPORT-HOST -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 50171 -j DNAT --to-destination 10.45.25.227:52244
nat: -A KUBE-PORTALS-CONTAINER -d 10.254.120.169/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j REDIRECT --to-ports 52244
nat: -A KUBE-PORTALS-HOST -d 10.254.120.169/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j DNAT --to-destination 10.45.25.227:52244
`,
  )
})

test('the whole of a node: five chains, with the jumps that kube-proxy makes', t => {
  t.is(
    saved(userspacePlan([ccdb], node)),
    `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:KUBE-NODEPORT-NON-LOCAL - [0:0]
-A INPUT -m comment --comment "Ensure that non-local NodePort traffic can flow" -j KUBE-NODEPORT-NON-LOCAL
-A KUBE-NODEPORT-NON-LOCAL -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 52244 -m state --state NEW -j ACCEPT
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:KUBE-NODEPORT-CONTAINER - [0:0]
:KUBE-NODEPORT-HOST - [0:0]
:KUBE-PORTALS-CONTAINER - [0:0]
:KUBE-PORTALS-HOST - [0:0]
-A PREROUTING -m comment --comment "handle ClusterIPs; NOTE: this must be before the NodePort rules" -j KUBE-PORTALS-CONTAINER
-A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment "handle service NodePorts; NOTE: this must be the last rule in the chain" -j KUBE-NODEPORT-CONTAINER
-A OUTPUT -m comment --comment "handle ClusterIPs; NOTE: this must be before the NodePort rules" -j KUBE-PORTALS-HOST
-A OUTPUT -m addrtype --dst-type LOCAL -m comment --comment "handle service NodePorts; NOTE: this must be the last rule in the chain" -j KUBE-NODEPORT-HOST
-A KUBE-NODEPORT-CONTAINER -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 50171 -j REDIRECT --to-ports 52244
-A KUBE-NODEPORT-HOST -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 50171 -j DNAT --to-destination 10.45.25.227:52244
-A KUBE-PORTALS-CONTAINER -d 10.254.120.169/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j REDIRECT --to-ports 52244
-A KUBE-PORTALS-HOST -d 10.254.120.169/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j DNAT --to-destination 10.45.25.227:52244
COMMIT
`,
  )
})

test('a port without a name leaves its colon standing, as it did then', t => {
  const proxySockets = {ports: new Map([['default/kubia', 45_000]]), refused: new Map()}
  t.is(
    linesOf('PORTALS-CONTAINER', userspacePlan([kubia], {...node, proxySockets})),
    `nat: -A KUBE-PORTALS-CONTAINER -d 10.98.237.175/32 -p tcp -m comment --comment "default/kubia:" -m tcp --dport 80 -j REDIRECT --to-ports 45000
`,
  )
})

test('the rules are read back as they were written', t => {
  const plan = userspacePlan([ccdb], node)
  const text = saved(plan)
  const read = parseIptablesSave(text)
  t.is(printIptablesSave(read), text)
  t.is(planChange(read, plan), undefined)
})

test('an external IP counts where it came over no bridge, and where it is the node’s own', t => {
  const plan = userspacePlan([{...ccdb, externalIps: [parseIp('203.0.113.7')]}], node)
  t.is(
    linesOf('203\\.0\\.113\\.7', plan),
    `nat: -A KUBE-PORTALS-CONTAINER -d 203.0.113.7/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -m physdev ! --physdev-is-in -j REDIRECT --to-ports 52244
nat: -A KUBE-PORTALS-CONTAINER -d 203.0.113.7/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -m addrtype --dst-type LOCAL -j REDIRECT --to-ports 52244
nat: -A KUBE-PORTALS-HOST -d 203.0.113.7/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.45.25.227:52244
`,
  )
})

test('the address of a load balancer is treated like the cluster IP', t => {
  const plan = userspacePlan([{...ccdb, loadBalancerIps: [parseIp('10.0.40.1')]}], node)
  t.is(
    linesOf('10\\.0\\.40\\.1', plan),
    `nat: -A KUBE-PORTALS-CONTAINER -d 10.0.40.1/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j REDIRECT --to-ports 52244
nat: -A KUBE-PORTALS-HOST -d 10.0.40.1/32 -p tcp -m comment --comment "smart/ccdb:port1521" -m tcp --dport 1521 -j DNAT --to-destination 10.45.25.227:52244
`,
  )
})

test('a Service without endpoints has its rules all the same: it is kube-proxy that closes the connection', t => {
  t.is(userspacePlan([{...ccdb, endpoints: []}], node).tables.nat?.chains['KUBE-PORTALS-HOST']?.length, 1)
})

test('a port that the proxy could not open has no rules, nor has SCTP', t => {
  t.is(linesOf('kubia', userspacePlan([kubia], node)), '')
  t.is(linesOf('ccdb', userspacePlan([{...ccdb, protocol: 'sctp'}], node)), '')
})

test('an address of the node, of which another program holds the port, stays with it', t => {
  const refused = new Map([['tcp 10.45.25.227:1521', 'address already in use']])
  const own = {...ccdb, externalIps: [parseIp('10.45.25.227'), parseIp('203.0.113.7')]}
  const lines = linesOf(
    'ccdb',
    userspacePlan([own], {...node, proxySockets: {ports: new Map([[ccdb.name, 52_244]]), refused}}),
  )
  t.notRegex(lines, /-d 10\.45\.25\.227/)
  t.regex(lines, /-d 203\.0\.113\.7/)
})

test('a node port that another program holds stays with it', t => {
  const refused = new Map([['tcp 0.0.0.0:50171', 'address already in use']])
  const lines = linesOf(
    'ccdb',
    userspacePlan([ccdb], {...node, proxySockets: {ports: new Map([[ccdb.name, 52_244]]), refused}}),
  )
  t.notRegex(lines, /NODEPORT/)
  t.regex(lines, /KUBE-PORTALS-CONTAINER/)
})

test('the proxy serves ready endpoints of TCP and UDP, and claims node ports and the node’s own addresses', t => {
  const ports: readonly ServicePort[] = [
    {
      ...ccdb,
      affinitySeconds: 60,
      externalIps: [parseIp('10.45.25.227'), parseIp('203.0.113.7')],
      endpoints: [endpoint('172.17.12.2', 1521), endpoint('172.17.13.2', 1521, {ready: false, lingering: true})],
    },
    {...kubia, protocol: 'sctp'},
  ]
  t.deepEqual(proxiedPorts(ports, {...node, addresses: [parseIp('10.45.25.227')]}), [
    {
      name: 'smart/ccdb:port1521',
      protocol: 'tcp',
      endpoints: ['172.17.12.2:1521'],
      affinitySeconds: 60,
      claims: [
        {ip: parseIp('10.45.25.227'), port: 1521},
        {ip: parseIp('0.0.0.0'), port: 50_171},
      ],
    },
  ])
})

test('two Services never expect the same proxy port', t => {
  const ports = Array.from({length: 60}, (_, at): ServicePort => ({...kubia, name: `default/s${at}`}))
  const {ports: chosen} = expectedSockets(ports, {first: 45_000, last: 45_049})
  t.is(chosen.size, 50)
  t.is(new Set(chosen.values()).size, 50)
})
