import test from 'ava'
import {printIpSets} from '../../src/kernel/ipset/change.ts'
import {parseIpSets} from '../../src/kernel/ipset/parse.ts'
import {printIpvsTable} from '../../src/kernel/ipvs/change.ts'
import {keepingLeaving, withoutDone} from '../../src/kernel/ipvs/leaving.ts'
import {parseIpvsConnections} from '../../src/kernel/ipvs/parse.ts'
import type {IpvsPlan, IpvsTable, VirtualServer} from '../../src/kernel/ipvs/table.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {keepingLeavers, serversIn} from '../../src/node/leaving-servers.ts'
import {iptables} from '../../src/node/proxy/iptables.ts'
import {ipvs} from '../../src/node/proxy/ipvs/ipvs.ts'
import type {ProxyContext} from '../../src/node/proxy/proxy-mode.ts'
import type {ServicePort} from '../../src/node/proxy/service-port.ts'
import {endpoint} from '../node/proxy/_plan.ts'
import {play, whyNoMachine} from './_machine.ts'
import {type Having, having, nothing, preamble, stepIn} from './_script.ts'

/*
 * ip_vs at work, on Debian's kernel. Only node1 has a kube-proxy:
 *
 *  c1 10.0.20.100 ──┐                        ┌── docker0 ── p1 172.17.12.2, p2 172.17.12.3
 *  c2 10.0.20.101 ──┼── bridge ── node1 .11 ─┘
 *                   └──────────── node2 .12 ──── docker0 ── p3 172.17.13.2
 *
 * Every pod tells its name and who has asked.
 */
const context: ProxyContext = {
  nodeName: 'node1',
  clusterCidr: parseCidr('172.17.0.0/16'),
  nodeIp: parseIp('10.0.20.11'),
  addresses: ['10.0.20.11', '172.17.12.1', '127.0.0.1'].map(parseIp),
}

const pods = {p1: '172.17.12.2', p2: '172.17.12.3', p3: '172.17.13.2'} as const

function service(name: string, number: number, more: Partial<ServicePort> = {}): ServicePort {
  return {
    ...{name: `default/${name}`, protocol: 'tcp', clusterIp: parseIp(`10.96.0.${number}`), port: 80},
    internalTrafficPolicy: 'Cluster',
    endpoints: Object.values(pods).map(ip => endpoint(ip, 8080)),
    ...more,
  }
}

const balanced = {nodePort: 30_080, externalIps: [parseIp('203.0.113.1')], loadBalancerIps: [parseIp('10.0.40.1')]}
const long = service('long', 14, {endpoints: [endpoint(pods.p3, 8080)]})
const others = [
  service('web', 10, {...balanced, sourceRanges: [parseCidr('10.0.20.100/32')]}),
  service('sticky', 11, {affinitySeconds: 600}),
  service('local', 12, {nodePort: 30_081, externalTrafficPolicy: 'Local'}),
  service('nobody', 13, {endpoints: []}),
  service('inner', 15, {internalTrafficPolicy: 'Local'}),
]
const ports = [...others, long]
const planned = having(ipvs.plan(ports, context))

/* The only endpoint of `long` goes, and another comes: it stays for the connection that is open. */
const moved = having(ipvs.plan([...others, {...long, endpoints: [endpoint(pods.p2, 8080)]}], context))
const leaving: Having = {...moved, rules: keepingLeavers(serversIn(planned.rules), moved.rules)}
const stepOfLong = keepingLeaving(longOf(planned), longOf(moved))
const withIptables = having(iptables.plan(ports, context))

function serversOf({rules}: Having): IpvsTable {
  return serversIn(rules)?.table ?? {}
}

/** Only the virtual server of `long`. */
function longOf(all: Having): IpvsPlan {
  const key = '-t 10.96.0.14:80'
  return {backend: 'ipvs', owner: 'kube-proxy', table: {[key]: serversOf(all)[key] as VirtualServer}}
}

function setsOf({rules}: Having) {
  return rules.find(plan => plan.backend === 'ipset')?.sets ?? {}
}

const network = `
for n in under node1 node2 p1 p2 p3 c1 c2; do ip netns add $n; ip -n $n link set lo up; done
ip -n under link add br0 type bridge; ip -n under link set br0 up
cable() { # FROM NAME TO ADDRESS: a port of the bridge $5 of FROM, eth0 of TO
  ip -n $1 link add $2 type veth peer name eth0 netns $3
  ip -n $1 link set $2 master $5 up; ip -n $3 link set eth0 up; ip -n $3 addr add $4 dev eth0
}
cable under n1 node1 10.0.20.11/24 br0; cable under n2 node2 10.0.20.12/24 br0
cable under c1 c1 10.0.20.100/24 br0; cable under c2 c2 10.0.20.101/24 br0
ip netns exec under sysctl -qw net.bridge.bridge-nf-call-iptables=0
for n in 1 2; do
  ip -n node$n link add docker0 type bridge; ip -n node$n addr add 172.17.1$((n + 1)).1/24 dev docker0; ip -n node$n link set docker0 up
  ip netns exec node$n sysctl -qw net.ipv4.ip_forward=1 net.ipv4.icmp_ratelimit=0
done
ip -n node1 route add 172.17.13.0/24 via 10.0.20.12; ip -n node2 route add 172.17.12.0/24 via 10.0.20.11
cable node1 v1 p1 172.17.12.2/24 docker0; cable node1 v2 p2 172.17.12.3/24 docker0; cable node2 v3 p3 172.17.13.2/24 docker0
for v in v1 v2; do ip -n node1 link set $v type bridge_slave hairpin on; done
for p in p1 p2; do ip -n $p route add default via 172.17.12.1; done; ip -n p3 route add default via 172.17.13.1
for x in c1 c2; do for net in 203.0.113.0/24 10.0.40.0/24 172.17.0.0/16; do ip -n $x route add $net via 10.0.20.11; done; done
for p in p1 p2 p3; do
  mkdir -p /run/www/$p/cgi-bin
  printf '#!/bin/sh\\necho; echo "%s $REMOTE_ADDR" | tr -d "[:]f"\\n' $p > /run/www/$p/cgi-bin/who; chmod +x /run/www/$p/cgi-bin/who
  ip netns exec $p busybox httpd -p 8080 -h /run/www/$p
done
modprobe -q dummy numdummies=0
ip netns exec node1 ipvsadm -ln > /dev/null && ip netns exec node1 ipvsadm --set 900 3 300
ask() { # FROM TO: who has answered, and whom it has seen; or curl's code
  ip netns exec $1 curl -s --connect-timeout 8 -m 20 http://$2/cgi-bin/who || echo "code $?"
}
`

/** From where, where to, how often. */
const calls = {
  'a pod calls a cluster IP': ['p1', '10.96.0.10', 3],
  'the node calls a cluster IP': ['node1', '10.96.0.10', 3],
  'a client calls a node port': ['c1', '10.0.20.11:30080', 3],
  'a client calls an external IP': ['c1', '203.0.113.1', 3],
  'a client in the range calls a load balancer': ['c1', '10.0.40.1', 3],
  'a client in no range calls a load balancer': ['c2', '10.0.40.1', 1],
  'a pod calls a Service with affinity': ['p2', '10.96.0.11', 4],
  'a client calls a node port of policy Local': ['c1', '10.0.20.11:30081', 4],
  'a pod calls a cluster IP of policy Local': ['p1', '10.96.0.15', 4],
  'a pod calls a Service without endpoints': ['p1', '10.96.0.13', 1],
  'a pod calls another port of a cluster IP': ['p1', '10.96.0.10:81', 1],
} as const

const script = `${preamble}${network}
echo '@@ planned'
${stepIn('node1', nothing, planned)}
ip netns exec node1 ipvsadm -Sn
echo '@@ sets'; ip netns exec node1 ipset save
echo '@@ addresses'; ip -n node1 addr show kube-ipvs0
${Object.entries(calls)
  .map(([name, [from, to, times]]) => `echo '@@ ${name}'; for i in $(seq ${times}); do ask ${from} ${to}; done`)
  .join('\n')}
ip netns exec p1 bash --norc -c '
  exec 5<>/dev/tcp/10.96.0.14/80; touch /run/open; while [ ! -e /run/go ]; do sleep 0.2; done
  printf "GET /cgi-bin/who HTTP/1.0\\r\\n\\r\\n" >&5; tail -n 1 <&5' > /run/old &
while [ ! -e /run/open ]; do sleep 0.1; done
echo '@@ leaving'
${stepIn('node1', planned, leaving)}
ip netns exec node1 ipvsadm -Ln -t 10.96.0.14:80
echo '@@ a new connection'; ask p1 10.96.0.14
echo '@@ the open connection'; touch /run/go; wait %1; cat /run/old
echo '@@ done'
for i in $(seq 200); do ip netns exec node1 ipvsadm -Ln -t 10.96.0.14:80 | grep -q '172.17.13.2:8080 .* 0 *0 *[0-9]* *$' && break; sleep 0.2; done
ip netns exec node1 ipvsadm -Ln -t 10.96.0.14:80
echo '@@ gone'
${stepIn('node1', leaving, moved)}
ip netns exec node1 ipvsadm -Sn | grep 10.96.0.14:80
echo '@@ iptables'
${stepIn('node1', moved, withIptables)}
ip netns exec node1 ipvsadm -Sn; ip netns exec node1 ipset save; ip -n node1 -br link show type dummy
ip netns exec node1 iptables-save | grep -c match-set
echo '@@ a pod calls a cluster IP in iptables mode'; ask p1 10.96.0.14
for s in rr wrr lc wlc lblc lblcr sh dh sed nq mh; do
  echo "@@ scheduler $s"; ip netns exec c2 ipvsadm -A -t 10.96.0.1:443 -s $s && ip netns exec c2 ipvsadm -D -t 10.96.0.1:443
done
echo '@@ end'
`

const why = await whyNoMachine()
if (why === undefined) {
  const played = play(script)
  const section = async (name: string) => (await played).get(name) ?? 'no such section'

  /** What was answered: who, and whom they have seen. */
  const answers = test.macro({
    exec: async (t, name: keyof typeof calls, expected: readonly string[]) => {
      t.timeout(900_000)
      t.deepEqual((await section(name)).trim().split('\n').toSorted(), expected)
    },
    title: (title = '', name) => `${name}${title}`,
  })

  test('ip_vs and the sets hold what is planned, word for word', async t => {
    t.timeout(900_000)
    const nameless = (table: IpvsTable) => printIpvsTable(table).trimEnd().split('\n').toSorted()
    t.deepEqual((await section('planned')).trimEnd().split('\n').toSorted(), nameless(serversOf(planned)))
    t.is(printIpSets(parseIpSets(await section('sets'))), printIpSets(setsOf(planned)))
  })

  test('kube-ipvs0 has the address of every Service, is down, and answers no ARP', async t => {
    t.timeout(900_000)
    const text = await section('addresses')
    t.regex(text, /^\d+: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN/)
    const addresses = [...text.matchAll(/^ {4}inet (\S+) scope global kube-ipvs0$/gm)].map(([, address]) => address)
    const wanted = ['10.0.40.1', ...[10, 11, 12, 13, 14, 15].map(at => `10.96.0.${at}`), '203.0.113.1']
    t.deepEqual(
      addresses,
      wanted.map(ip => `${ip}/32`),
    )
  })

  const one = (pod: string, seen: string) => `${pod} ${seen}`
  const each = (seen: string) => ['p1', 'p2', 'p3'].map(pod => one(pod, seen))
  test(': each endpoint in its turn; the pod itself sees the node', answers, 'a pod calls a cluster IP', [
    one('p1', '172.17.12.1'),
    one('p2', '172.17.12.2'),
    one('p3', '172.17.12.2'),
  ])
  test(': it is masqueraded, as its source would be the cluster IP', answers, 'the node calls a cluster IP', [
    one('p1', '172.17.12.1'),
    one('p2', '172.17.12.1'),
    one('p3', '10.0.20.11'),
  ])
  for (const name of ['a client calls a node port', 'a client calls an external IP'] as const)
    test(': masqueraded, on whichever node the pod is', answers, name, [
      one('p1', '172.17.12.1'),
      one('p2', '172.17.12.1'),
      one('p3', '10.0.20.11'),
    ])
  test(': it is let in', answers, 'a client in the range calls a load balancer', [
    one('p1', '172.17.12.1'),
    one('p2', '172.17.12.1'),
    one('p3', '10.0.20.11'),
  ])
  test(': its packets are dropped', answers, 'a client in no range calls a load balancer', ['code 28'])
  test(': refused at once', answers, 'a pod calls a Service without endpoints', ['code 7'])
  test(': refused at once, though the address is the node’s', answers, 'a pod calls another port of a cluster IP', [
    'code 7',
  ])
  test(': only pods of the node answer, and see the client', answers, 'a client calls a node port of policy Local', [
    ...['p1', 'p1', 'p2', 'p2'].map(pod => one(pod, '10.0.20.100')),
  ])

  test('a pod calls a cluster IP of policy Local: only pods of the node answer', async t => {
    t.timeout(900_000)
    const lines = (await section('a pod calls a cluster IP of policy Local')).trim().split('\n').toSorted()
    t.deepEqual(lines, [
      ...['p1', 'p1'].map(pod => one(pod, '172.17.12.1')),
      ...['p2', 'p2'].map(pod => one(pod, '172.17.12.2')),
    ])
  })

  test('a pod calls a Service with affinity: one endpoint answers all the time', async t => {
    t.timeout(900_000)
    const lines = (await section('a pod calls a Service with affinity')).trim().split('\n')
    t.is(lines.length, 4)
    t.is(new Set(lines).size, 1)
    t.false(each('172.17.12.3').length === 0)
    t.regex(lines[0] ?? '', /^p[123] /)
  })

  test('an endpoint that goes has weight 0, keeps its open connection and gets no new one', async t => {
    t.timeout(900_000)
    const listing = await section('leaving')
    t.regex(listing, /-> 172\.17\.13\.2:8080 +Masq +0 +1 +0/)
    t.regex(listing, /-> 172\.17\.12\.3:8080 +Masq +1 +0 +0/)
    t.is(await section('a new connection'), 'p2 172.17.12.2\n')
    t.is(await section('the open connection'), 'p3 172.17.12.2\n')
    t.is(withoutDone(stepOfLong, parseIpvsConnections(listing)), stepOfLong, 'not yet')
  })

  test('it goes when its last connection has ended', async t => {
    t.timeout(900_000)
    const wanted = longOf(moved).table
    t.deepEqual(stepOfLong.table, longOf(leaving).table)
    // Closed connections are remembered for up to two minutes: longer than a test should wait.
    const listing = await section('done')
    t.regex(listing, /-> 172\.17\.13\.2:8080 +Masq +0 +0 +[01]/)
    const later = listing.replace(/(-> 172\.17\.13\.2:8080 +Masq +0 +0 +)[01]/, '$10')
    t.deepEqual(withoutDone(stepOfLong, parseIpvsConnections(later)).table, wanted)
    t.is(await section('gone'), printIpvsTable(wanted))
  })

  test('in iptables mode nothing of it is left, and the Services answer', async t => {
    t.timeout(900_000)
    t.is(await section('iptables'), '0\n')
    t.is(await section('a pod calls a cluster IP in iptables mode'), 'p3 172.17.12.2\n')
  })

  test('the kernel has every scheduler that kube-proxy takes', async t => {
    t.timeout(900_000)
    for (const name of ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'])
      t.is(await section(`scheduler ${name}`), '', name)
  })
} else test.skip(`ip_vs at work, in a machine with Debian's kernel: ${why}`, () => undefined)
