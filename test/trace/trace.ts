import test from 'ava'
import {parseIp} from '../../src/net/ip.ts'
import {trace} from '../../src/trace/trace.ts'
import type {World} from '../../src/trace/world.ts'
import {addressOf, type Target} from './_calls.ts'
import {podAddresses} from './_cluster.ts'
import {plannedWorld} from './_planned.ts'
import {services, type TableService} from './_services.ts'

/*
 * The table's rows that people have written, by hand and without the model: who calls which Service by what, and what comes of it. An answer is
 * `pod<whom it sees`. See _cluster.ts for the addresses.
 */
const usual = {knowsPods: true, masqueradeAll: false, localhostNodePorts: true} as const
const worlds: Readonly<Record<'iptables' | 'nftables', World>> = {
  iptables: plannedWorld(services, {mode: 'iptables', ...usual}),
  nftables: plannedWorld(services, {mode: 'nftables', ...usual}),
}

function named(name: string): TableService {
  const found = services.find(one => one.name === name)
  if (found === undefined) throw new Error(`there is no Service ${name}`)
  return found
}

function told(world: World, from: string, service: TableService, to: Target): string {
  const {ip, port} = addressOf(service, to, podAddresses)
  const protocol = service.udp ? 'udp' : 'tcp'
  return trace(world, {from, protocol, destination: parseIp(ip), port})
    .map(one => (one.outcome === 'delivered' ? `${one.at}<${one.source}` : one.outcome))
    .sort()
    .join(' ')
}

const row = test.macro({
  exec: (t, from: string, name: string, to: Target, wanted: string, other?: string) => {
    const inNftables = other ?? wanted
    t.is(told(worlds.iptables, from, named(name), to), wanted, 'iptables')
    t.is(told(worlds.nftables, from, named(name), to), inNftables, 'nftables')
  },
  title: (_, from: string, name: string, to: Target, wanted: string, _other?: string) =>
    `${from} calls ${name} by ${typeof to === 'string' ? to : Object.entries(to)}: ${wanted}`,
})

test(row, 'caller-a', 'one-cluster-cluster', 'clusterIp', 'two<172.17.13.3')
test(row, 'caller-b', 'one-cluster-cluster', 'clusterIp', 'two<172.17.12.4')
test(row, 'two', 'one-cluster-cluster', 'clusterIp', 'two<172.17.12.1')
test(row, 'alpha', 'one-cluster-cluster', 'clusterIp', 'two<172.17.13.0')
test(row, 'beta', 'one-cluster-cluster', 'clusterIp', 'two<172.17.12.1')
test(row, 'laptop', 'one-cluster-cluster', 'clusterIp', 'unreachable')
test(row, 'caller-c', 'three-cluster-cluster', 'clusterIp', 'one<172.17.14.2 three<172.17.14.2 two<172.17.14.2')
test(row, 'caller-a', 'three-cluster-local', 'clusterIp', 'one<172.17.13.3')
test(row, 'caller-c', 'three-cluster-local', 'clusterIp', 'dropped')
test(row, 'caller-c', 'none-cluster-local', 'clusterIp', 'rejected')
test(row, 'gamma', 'none-cluster-cluster', 'clusterIp', 'rejected')
test(row, 'caller-a', 'gone-cluster-cluster', 'clusterIp', 'rejected')
test(row, 'caller-a', 'draining-cluster-cluster', 'clusterIp', 'one<172.17.13.3 two<172.17.13.3')
test(row, 'caller-a', 'mixed-cluster-cluster', 'clusterIp', 'one<172.17.13.3')
test(row, 'caller-b', 'mixed-cluster-local', 'clusterIp', 'two<172.17.12.4')
test(row, 'caller-a', 'three-cluster-cluster', 'unusedPort', 'unreachable', 'rejected')
test(row, 'laptop', 'one-cluster-cluster', {nodePort: 'alpha'}, 'two<172.17.13.0')
test(row, 'laptop', 'one-cluster-cluster', {nodePort: 'beta'}, 'two<172.17.12.1')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'beta'}, 'two<10.0.20.100')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'alpha'}, 'dropped')
test(row, 'laptop', 'none-local-cluster', {nodePort: 'alpha'}, 'rejected')
test(row, 'caller-a', 'one-local-cluster', {nodePort: 'alpha'}, 'two<172.17.13.3')
test(row, 'caller-a', 'one-local-cluster', {nodePort: 'gamma'}, 'dropped')
test(row, 'caller-a', 'one-local-cluster', {nodePort: 'beta'}, 'two<10.0.20.4')
test(row, 'alpha', 'one-local-cluster', {nodePort: 'alpha'}, 'two<172.17.13.0')
test(row, 'alpha', 'one-cluster-cluster', 'localhost', 'two<172.17.13.0', 'closed')
test(row, 'beta', 'one-local-cluster', 'localhost', 'two<172.17.12.1', 'closed')
test(row, 'alpha', 'one-cluster-cluster', {bridge: 'alpha'}, 'two<172.17.13.0', 'closed')
test(row, 'laptop', 'one-local-cluster', 'balancer', 'two<10.0.20.100')
test(row, 'laptop', 'none-local-cluster', 'balancer', 'unreachable')
test(row, 'gamma', 'one-local-cluster', 'balancer', 'two<172.17.14.0', 'dropped')
test(row, 'caller-c', 'one-local-cluster', 'balancer', 'two<172.17.14.2')
test(row, 'laptop', 'for-alpha-one-local', 'balancer', 'dropped')
test(row, 'alpha', 'for-alpha-one-cluster', 'balancer', 'two<172.17.13.0')
test(row, 'gamma', 'for-alpha-one-cluster', 'balancer', 'dropped')
test(row, 'laptop', 'for-laptop-one-local', 'balancer', 'two<10.0.20.100')
test(row, 'caller-a', 'for-pods-one-local', 'balancer', 'two<172.17.13.3')
test(row, 'laptop', 'for-alpha-one-local', {nodePort: 'beta'}, 'two<10.0.20.100')
test(row, 'laptop', 'for-alpha-none-cluster', 'balancer', 'rejected', 'dropped')
test(row, 'caller-a', 'datagrams', 'clusterIp', 'one<172.17.13.3 three<172.17.13.3 two<172.17.13.3')
test(row, 'laptop', 'datagrams-none', {nodePort: 'gamma'}, 'rejected')
test(row, 'caller-a', 'three-cluster-cluster', {endpoint: 'two'}, 'two<172.17.13.3')
test(row, 'caller-b', 'three-cluster-cluster', {endpoint: 'two'}, 'two<172.17.12.4')
test(row, 'alpha', 'three-cluster-cluster', {endpoint: 'two'}, 'two<172.17.13.0')
test(row, 'alpha', 'three-cluster-cluster', {endpoint: 'one'}, 'one<172.17.13.1')
test(row, 'laptop', 'three-cluster-cluster', {endpoint: 'one'}, 'unreachable')

for (const [mode, world] of Object.entries(worlds))
  test(`${mode}: a client that is remembered goes to its endpoint again, another one draws lots`, t => {
    const {clusterIp} = named('sticky')
    const call = {protocol: 'tcp', destination: parseIp(clusterIp), port: 80} as const
    const first = trace(world, {from: 'caller-a', ...call})
    t.is(first.length, 3)
    for (const one of first) {
      const again = trace(world, {from: 'caller-a', ...call, notes: one.notes})
      t.deepEqual(
        again.map(next => next.outcome === 'delivered' && [next.at, next.probability]),
        [one.outcome === 'delivered' && [one.at, 1]],
      )
      t.is(trace(world, {from: 'caller-b', ...call, notes: one.notes}).length, 3)
    }
  })

test('the rules that had to do with a packet are told in their order, each where it stands', t => {
  const {clusterIp} = named('one-cluster-cluster')
  const call = {from: 'alpha', protocol: 'tcp', destination: parseIp(clusterIp), port: 80} as const
  const lines = (world: World) =>
    trace(world, call).flatMap(({steps}) =>
      steps.map(
        ({machine, hook, table, rule}) =>
          `${machine} ${hook} ${table}: ${rule.replaceAll(/ -m comment --comment "[^"]*"/g, '')}`,
      ),
    )
  const [service, endpoint] = ['KUBE-SVC-3DQJ7OWCSIVUVYPZ', 'KUBE-SEP-WZ7AFL6PLFMIIQVU']
  t.deepEqual(
    lines(worlds.iptables).map(line =>
      line.replaceAll(/KUBE-(SVC|SEP)-\w+/g, kind => (kind.startsWith('KUBE-SVC') ? service : endpoint)),
    ),
    [
      'alpha output nat: -A OUTPUT -j KUBE-SERVICES',
      `alpha output nat: -A KUBE-SERVICES -d 10.96.1.5/32 -p tcp -m tcp --dport 80 -j ${service}`,
      `alpha output nat: -A ${service} ! -s 172.17.0.0/16 -d 10.96.1.5/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ`,
      'alpha output nat: -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
      `alpha output nat: -A ${service} -j ${endpoint}`,
      `alpha output nat: -A ${endpoint} -p tcp -m tcp -j DNAT --to-destination 172.17.12.2:8080`,
      'alpha output filter: -A OUTPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL',
      'alpha output filter: -A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES',
      'alpha output filter: -A OUTPUT -j KUBE-FIREWALL',
      'alpha postrouting nat: -A POSTROUTING -j KUBE-POSTROUTING',
      'alpha postrouting nat: -A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
      'alpha postrouting nat: -A KUBE-POSTROUTING -j MASQUERADE --random-fully',
      'beta prerouting nat: -A PREROUTING -j KUBE-SERVICES',
      'beta forward filter: -A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL',
      'beta forward filter: -A FORWARD -j KUBE-FORWARD',
      'beta forward filter: -A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES',
      'beta forward filter: -A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES',
      'beta forward filter: -A FORWARD -j FLANNEL-FWD',
      'beta forward filter: -A FLANNEL-FWD -s 172.17.0.0/16 -j ACCEPT',
      'beta postrouting nat: -A POSTROUTING -j KUBE-POSTROUTING',
      'beta postrouting nat: -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
      'beta postrouting nat: -A POSTROUTING -j FLANNEL-POSTRTG',
      'beta postrouting nat: -A FLANNEL-POSTRTG -s 172.17.0.0/16 -d 172.17.12.0/24 -j RETURN',
    ],
  )
})
