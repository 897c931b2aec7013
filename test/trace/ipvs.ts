import test from 'ava'
import type {IpvsTable} from '../../src/kernel/ipvs/table.ts'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {emptyNetns} from '../../src/kernel/state.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {iptablesFilters} from '../../src/trace/iptables/iptables.ts'
import {ipvsFilters} from '../../src/trace/ipvs/ipvs.ts'
import {trace} from '../../src/trace/trace.ts'
import {TraceError} from '../../src/trace/trace-error.ts'
import {addressOf, type Target} from './_calls.ts'
import {podAddresses} from './_cluster.ts'
import {plannedWorld} from './_planned.ts'
import {services} from './_services.ts'

/* Rows of the table in ipvs mode that people have written, by hand and without the model: an answer is `pod<whom it sees`. See _cluster.ts for the addresses. */
const world = plannedWorld(services, {mode: 'ipvs', knowsPods: true, masqueradeAll: false, localhostNodePorts: true})

function named(name: string) {
  const found = services.find(one => one.name === name)
  if (found === undefined) throw new Error(`there is no Service ${name}`)
  return found
}

const row = test.macro({
  exec: (t, from: string, name: string, to: Target, wanted: string) => {
    const service = named(name)
    const {ip, port} = addressOf(service, to, podAddresses)
    const outcomes = trace(world, {from, protocol: service.udp ? 'udp' : 'tcp', destination: parseIp(ip), port})
    const told = outcomes.map(one => (one.outcome === 'delivered' ? `${one.at}<${one.source}` : one.outcome))
    t.is(told.sort().join(' '), wanted)
  },
  title: (_, from: string, name: string, to: Target, wanted: string) =>
    `${from} calls ${name} by ${typeof to === 'string' ? to : Object.entries(to)}: ${wanted}`,
})

test(row, 'caller-a', 'one-cluster-cluster', 'clusterIp', 'two<172.17.13.3')
test(row, 'two', 'one-cluster-cluster', 'clusterIp', 'two<172.17.12.1')
test(row, 'alpha', 'one-cluster-cluster', 'clusterIp', 'two<172.17.13.0')
test(row, 'beta', 'one-cluster-cluster', 'clusterIp', 'two<172.17.12.1')
test(row, 'laptop', 'one-cluster-cluster', 'clusterIp', 'unreachable')
test(row, 'caller-c', 'three-cluster-cluster', 'clusterIp', 'one<172.17.14.2 three<172.17.14.2 two<172.17.14.2')
test(row, 'caller-a', 'three-cluster-local', 'clusterIp', 'one<172.17.13.3')
// Nobody is near, so all stand in.
test(row, 'caller-c', 'three-cluster-local', 'clusterIp', 'one<172.17.14.2 three<172.17.14.2 two<172.17.14.2')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'alpha'}, 'two<172.17.13.0')
test(row, 'laptop', 'one-local-cluster', {nodePort: 'beta'}, 'two<10.0.20.100')
// A Local policy leads those inside to pods of the node, too, and hides nobody.
test(row, 'caller-a', 'three-local-cluster', {nodePort: 'alpha'}, 'one<172.17.13.3')
test(row, 'alpha', 'three-local-cluster', {nodePort: 'alpha'}, 'one<10.0.20.4')
test(row, 'alpha', 'three-local-cluster', 'externalIp', `one<${named('three-local-cluster').externalIp}`)
test(row, 'alpha', 'three-local-cluster', {bridge: 'alpha'}, 'one<172.17.13.1')
test(row, 'laptop', 'one-cluster-cluster', {nodePort: 'alpha'}, 'two<172.17.13.0')
test(row, 'alpha', 'one-cluster-cluster', 'localhost', 'closed')
test(row, 'alpha', 'one-cluster-cluster', {bridge: 'alpha'}, 'two<172.17.13.0')
test(row, 'caller-a', 'three-cluster-cluster', 'unusedPort', 'rejected')
test(row, 'alpha', 'three-cluster-cluster', 'unusedPort', 'rejected')
test(row, 'gamma', 'none-cluster-cluster', 'externalIp', 'rejected')
test(row, 'gamma', 'none-cluster-cluster', 'clusterIp', 'rejected')
test(row, 'caller-a', 'gone-cluster-cluster', 'clusterIp', 'rejected')
test(row, 'caller-a', 'draining-cluster-cluster', 'clusterIp', 'one<172.17.13.3 two<172.17.13.3')
// Rules that keep out stand before ip_vs; for the node itself, whom ip_vs meets first, after it.
test(row, 'caller-a', 'for-alpha-none-cluster', 'balancer', 'dropped')
test(row, 'gamma', 'for-alpha-none-cluster', 'balancer', 'rejected')
test(row, 'gamma', 'for-alpha-one-cluster', 'balancer', 'dropped')
test(row, 'alpha', 'for-alpha-one-cluster', 'balancer', 'two<172.17.13.0')
test(row, 'laptop', 'for-laptop-one-local', 'balancer', 'two<10.0.20.100')
test(row, 'caller-a', 'datagrams', 'clusterIp', 'one<172.17.13.3 three<172.17.13.3 two<172.17.13.3')
test(row, 'laptop', 'datagrams-none', {nodePort: 'gamma'}, 'rejected')

test('a client that is remembered goes to its real server again, another one to any', t => {
  const call = {protocol: 'tcp', destination: parseIp(named('sticky').clusterIp), port: 80} as const
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

test('what ip_vs hands on leaves by output and postrouting, and forward is never asked', t => {
  const call = {protocol: 'tcp', destination: parseIp(named('one-cluster-cluster').clusterIp), port: 80} as const
  const [one] = trace(world, {from: 'caller-a', ...call})
  const met = one?.steps.filter(({machine}) => machine === 'alpha').map(({hook, table}) => `${hook} ${table}`)
  t.deepEqual([...new Set(met)], ['prerouting nat', 'input filter', 'input ip_vs', 'output filter', 'postrouting nat'])
})

const lonely = (table: IpvsTable, rules = '') =>
  new Map([
    [
      'node1',
      {
        ...{name: 'node1', sockets: []},
        state: {...emptyNetns, addresses: [{link: 'eth0', address: parseCidr('10.0.20.11/24')}]},
        filters: [
          ...ipvsFilters(table),
          ...iptablesFilters(parseIptablesSave(`*filter\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`)),
        ],
      },
    ],
  ])
const server = (servers: Readonly<Record<string, number>>): IpvsTable => ({
  '-t 10.0.20.11:80': {protocol: 'tcp', ip: parseIp('10.0.20.11'), port: 80, scheduler: 'wrr', servers},
})
const asked = (table: IpvsTable, rules?: string) =>
  trace(lonely(table, rules), {from: 'node1', protocol: 'tcp', destination: parseIp('10.0.20.11'), port: 80})

test('a real server of weight 0 gets no new connection, others as many as they weigh', t => {
  const outcomes = asked(server({'10.1.0.1:80': 3, '10.1.0.2:80': 1, '10.1.0.3:80': 0}))
  t.deepEqual(
    outcomes.map(one => [one.outcome === 'unreachable' && one.packet.destination, one.probability]),
    [
      ['10.1.0.1', 0.75],
      ['10.1.0.2', 0.25],
    ],
  )
  t.deepEqual(
    asked(server({'10.1.0.3:80': 0})).map(({outcome}) => outcome),
    ['rejected'],
  )
})

test('rules know what came by which virtual server', t => {
  const outcome = (words: string) =>
    asked(server({'10.0.20.11:8080': 1}), `-A OUTPUT -m ipvs ${words} -j DROP`)[0]?.outcome
  t.is(outcome('--vproto 6 --vaddr 10.0.20.11 --vport 80'), 'dropped')
  t.is(outcome('--vproto 17 --vaddr 10.0.20.11 --vport 80'), 'closed')
  t.is(outcome('--vproto 6 --vaddr 10.0.20.11 --vport 81'), 'closed')
  t.is(outcome('--vproto 6 --vaddr 10.0.20.12 --vport 80'), 'closed')
  t.throws(() => outcome('--vdir ORIGINAL'), {instanceOf: TraceError, message: /--vdir/})
})
