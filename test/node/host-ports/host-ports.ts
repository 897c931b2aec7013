import test from 'ava'
import {
  applyRulesChange,
  emptyRuleset,
  parseIptablesSave,
  planBetween,
  printIptablesSave,
} from '../../../src/kernel/rules/iptables.ts'
import type {RulesPlan} from '../../../src/kernel/ruleset.ts'
import {parseNetwork, parseNetwork6} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {type HostPort, hostPortsOfPod, hostPortsPlan, type MappedPod} from '../../../src/node/host-ports/host-ports.ts'
import {portMapChain} from '../../../src/node/host-ports/names.ts'
import type {Pod} from '../../../src/objects/pod.ts'

const web: MappedPod = {
  id: 'pod-4f1d',
  ip: parseIp('172.17.12.2'),
  subnet: parseNetwork('172.17.12.0/24'),
  ports: [
    {hostPort: 8080, containerPort: 80, protocol: 'tcp'},
    {hostPort: 5353, containerPort: 53, protocol: 'udp'},
  ],
}

const plans = (pods: readonly MappedPod[]) => (hostPortsPlan(pods).rules ?? []) as readonly RulesPlan[]

const saved = (plan: RulesPlan | undefined) => {
  const change = plan && planBetween(undefined, plan)
  return printIptablesSave(change ? applyRulesChange(emptyRuleset, change) : emptyRuleset)
}

test('the rules of a pod with two host ports, as the plugin portmap writes them', t => {
  const text = saved(plans([web])[0])
  const chain = portMapChain('pod-4f1d')
  t.is(
    text.replaceAll(chain, 'CNI-DN-X'),
    `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:CNI-DN-X - [0:0]
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
:CNI-HOSTPORT-SETMARK - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-A CNI-DN-X -s 172.17.12.0/24 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-X -s 127.0.0.1/32 -p tcp -m tcp --dport 8080 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-X -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.12.2:80
-A CNI-DN-X -s 172.17.12.0/24 -p udp -m udp --dport 5353 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-X -s 127.0.0.1/32 -p udp -m udp --dport 5353 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-X -p udp -m udp --dport 5353 -j DNAT --to-destination 172.17.12.2:53
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"cbr0\\" id: \\"pod-4f1d\\"" -m multiport --dports 8080 -j CNI-DN-X
-A CNI-HOSTPORT-DNAT -p udp -m comment --comment "dnat name: \\"cbr0\\" id: \\"pod-4f1d\\"" -m multiport --dports 5353 -j CNI-DN-X
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
COMMIT
`,
  )
  t.is(printIptablesSave(parseIptablesSave(text)), text)
})

test('a chain is named as the plugins name theirs', t => {
  const id = '2d2b3521457cb1d9b7ae6657304d05789a854e7a48916276a40da543df9aa217'
  t.is(portMapChain(id, 'podman'), 'CNI-DN-b6c5fb6c593e895d843cb')
})

test('over IPv6 there is no 127.0.0.1 to mark, and the pod’s address stands in brackets', t => {
  const six: MappedPod = {...web, ip: parseIp6('fd00:17:12::2'), subnet: parseNetwork6('fd00:17:12::/64')}
  const [plan, plan6] = plans([web, six])
  t.is(plan?.family, undefined)
  t.is(plan6?.family, 'IPv6')
  const text = saved(plan6)
  t.regex(text, /-s fd00:17:12::\/64 -p tcp .*-j CNI-HOSTPORT-SETMARK/)
  t.regex(text, /-j DNAT --to-destination \[fd00:17:12::2\]:80$/m)
  t.notRegex(text, /127\.0\.0\.1/)
})

test('more than fifteen ports are more than one rule', t => {
  const ports = Array.from(
    {length: 20},
    (_, at): HostPort => ({hostPort: 9000 + at, containerPort: 80, protocol: 'tcp'}),
  )
  const rules = plans([{...web, ports}])[0]?.tables.nat?.chains['CNI-HOSTPORT-DNAT'] ?? []
  t.deepEqual(
    rules.map(({matches}) =>
      matches.flatMap(match => (match.match === 'other' ? [match.words[3]?.split(',').length] : [])),
    ),
    [[15], [5]],
  )
})

test('pods without host ports have no rules, and no chain is left of one that goes', t => {
  t.deepEqual(plans([{...web, ports: []}]), [])
  t.is(hostPortsPlan([]).state, undefined)
})

test('a pod takes the host ports of its containers; one in its node’s network takes none by rules', t => {
  const container = {name: 'main', image: 'i', ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 443}]}
  const spec = {
    containers: [container, {...container, name: 'b', ports: [{containerPort: 53, hostPort: 53, protocol: 'UDP'}]}],
  }
  const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'web'}, spec} as Pod
  t.deepEqual(hostPortsOfPod(pod), [
    {hostPort: 8080, containerPort: 80, protocol: 'tcp'},
    {hostPort: 53, containerPort: 53, protocol: 'udp'},
  ])
  t.deepEqual(hostPortsOfPod({...pod, spec: {...pod.spec, hostNetwork: true}}), [])
})
