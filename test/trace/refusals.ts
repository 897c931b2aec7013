import test from 'ava'
import {parseIptablesSave} from '../../src/kernel/rules/iptables.ts'
import {emptyNetns} from '../../src/kernel/state.ts'
import {parseCidr} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'
import {iptablesFilters} from '../../src/trace/iptables/iptables.ts'
import {nftFilters} from '../../src/trace/nftables/nftables.ts'
import {parseStatements} from '../../src/trace/nftables/statement.ts'
import {trace} from '../../src/trace/trace.ts'
import {TraceError} from '../../src/trace/trace-error.ts'
import type {Filter, Machine} from '../../src/trace/world.ts'

const unknown = test.macro({
  exec: (t, rule: string) => {
    t.throws(() => parseStatements(rule), {instanceOf: TraceError})
  },
  title: (_, rule) => `nftables: "${rule}" is not understood, and that is said`,
})

test(unknown, 'ip daddr 10.0.0.1 log prefix "x"')
test(unknown, 'tcp flags syn drop')
test(unknown, 'quota over 10 mbytes drop')
test(unknown, 'numgen inc mod 2 vmap { 0 : goto a, 1 : goto b }')
test(unknown, 'numgen random mod 3 vmap { 0 : goto a, 1 : goto b }')
test(unknown, 'dnat ip to numgen random mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }')
test(unknown, 'redirect to :80')
test(unknown, 'reject with tcp reset')
test(unknown, 'queue num 0')
test(unknown, 'ip daddr')
test(unknown, 'ip daddr . vmap @x')
test(unknown, 'snat to 10.0.0.1')
test(unknown, 'goto')

const machine = (filters: readonly Filter[], more: Partial<Machine> = {}): Machine => ({
  name: 'node1',
  state: {...emptyNetns, addresses: [{link: 'eth0', address: parseCidr('10.0.20.11/24')}]},
  filters,
  sockets: [{protocol: 'tcp', port: 80}],
  ...more,
})

function traced(filters: readonly Filter[], more: Partial<Machine> = {}) {
  const here = machine(filters, more)
  return trace(new Map([[here.name, here]]), {
    ...{from: 'node1', protocol: 'tcp', port: 80},
    destination: parseIp('10.0.20.11'),
  })
}

const iptables = (rule: string) =>
  iptablesFilters(parseIptablesSave(`*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`))

const refused = test.macro({
  exec: (t, rule: string) => {
    const {message} = t.throws(() => traced(iptables(rule)), {instanceOf: TraceError})
    t.regex(message, /^node1: /)
  },
  title: (_, rule) => `iptables: "${rule}" is not understood, and that is said`,
})

test(refused, '-A INPUT -m quota --quota 10 -j DROP')
test(refused, '-A INPUT -m time --timestart 10:00 -j DROP')
test(refused, '-A INPUT -m string --string x --algo bm -j DROP')
test(refused, '-A INPUT -j NFQUEUE --queue-num 1')
test(refused, '-A INPUT -j LOG')
test(refused, '-A INPUT -j NOWHERE')
test(refused, '-A INPUT -m set --match-set none src -j DROP')

test('without rules a packet comes to who listens, and is closed out where nobody does', t => {
  t.deepEqual(
    traced([]).map(({outcome, probability}) => [outcome, probability]),
    [['delivered', 1]],
  )
  t.deepEqual(
    traced([], {sockets: []}).map(({outcome}) => outcome),
    ['closed'],
  )
})

test('sets of ipset are looked into by the packet ends that a rule names', t => {
  const rule = (directions: string) => iptables(`-A INPUT -m set --match-set those ${directions} -j DROP`)
  const outcome = (directions: string, type: string, ...entries: string[]) =>
    traced(rule(directions), {sets: {those: {type, entries}}})[0]?.outcome
  t.is(outcome('dst,dst', 'hash:ip,port', '10.0.20.11,tcp:80'), 'dropped')
  t.is(outcome('dst,dst', 'hash:ip,port', '10.0.20.11,udp:80'), 'delivered')
  t.is(outcome('dst', 'bitmap:port', '80'), 'dropped')
  t.is(outcome('dst,dst,src', 'hash:ip,port,net', '10.0.20.11,tcp:80,10.0.0.0/8'), 'dropped')
  t.is(outcome('dst,dst,src', 'hash:ip,port,ip', '10.0.20.11,tcp:80,10.0.20.12'), 'delivered')
  t.throws(() => outcome('dst', 'hash:mac', 'x'), {instanceOf: TraceError})
})

test('a proxy that listens makes a connection of its own to one of its places', t => {
  const forwards = [8081, 8082].map(port => ({ip: parseIp('10.0.20.11'), port}))
  const sockets = [
    {protocol: 'tcp', port: 80, forwards},
    {protocol: 'tcp', port: 8081},
    {protocol: 'tcp', port: 8082},
  ] as const
  t.deepEqual(
    traced([], {sockets}).map(one => one.outcome === 'delivered' && [one.to.port, one.probability]),
    [
      [8081, 0.5],
      [8082, 0.5],
    ],
  )
})

test('a table that sends packets to a chain or map that is not there is refused', t => {
  const table = (rule: string) =>
    nftFilters('ip test', {
      sets: {},
      maps: {},
      chains: {in: {base: {type: 'filter', hook: 'input', priority: 0}, rules: [rule]}},
    })
  for (const rule of ['jump nowhere', 'ip daddr vmap @nothing', 'ip daddr @nothing drop'])
    t.throws(() => traced(table(rule)), {instanceOf: TraceError}, rule)
  t.is(traced(table('tcp dport { 80, 443 } drop'))[0]?.outcome, 'dropped')
  t.is(traced(table('tcp dport != 80 drop'))[0]?.outcome, 'delivered')
  t.is(traced(table('tcp dport 70-90 reject with icmp port-unreachable'))[0]?.outcome, 'rejected')
})
