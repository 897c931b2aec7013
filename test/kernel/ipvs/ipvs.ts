import test from 'ava'
import {applyBatch} from '../../../src/kernel/apply-batch.ts'
import {batches} from '../../../src/kernel/batch.ts'
import {ipvsChangeBetween, ipvsChangeFrom, printIpvsChange, printIpvsTable} from '../../../src/kernel/ipvs/change.ts'
import {keepingLeaving, newlyLeaving, withoutDone} from '../../../src/kernel/ipvs/leaving.ts'
import {IpvsError, parseIpvsConnections, parseIpvsTable} from '../../../src/kernel/ipvs/parse.ts'
import {thoseLeavingIn} from '../../../src/kernel/ipvs/parts.ts'
import type {IpvsPlan, IpvsTable, VirtualServer} from '../../../src/kernel/ipvs/table.ts'
import type {Run} from '../../../src/kernel/kernel.ts'
import {parseIp} from '../../../src/net/ip.ts'

/* As ipvsadm -Sn prints it on Linux 6.1. */
const text = `-A -t 10.96.0.10:53 -s rr -p 10800
-a -t 10.96.0.10:53 -r 10.32.0.3:53 -m -w 1
-a -t 10.96.0.10:53 -r 10.32.0.4:53 -m -w 0
-A -u 10.96.0.10:53 -s mh -b mh-port
-a -u 10.96.0.10:53 -r 10.32.0.3:53 -m -w 1
-A --sctp-service 10.96.0.11:99 -s wlc -p 360
`
const dns: VirtualServer = {
  ...{protocol: 'tcp', ip: parseIp('10.96.0.10'), port: 53, scheduler: 'rr'},
  servers: {'10.32.0.3:53': 1, '10.32.0.4:53': 1},
}
const key = '-t 10.96.0.10:53'
const plan = (table: IpvsTable): IpvsPlan => ({backend: 'ipvs', owner: 'kube-proxy', table})
const printed = (before: IpvsTable, after: IpvsTable) => {
  const change = ipvsChangeBetween(plan(before), plan(after))
  return change === undefined ? '' : printIpvsChange(change)
}

test('what ipvsadm -Sn prints is read and printed as it was', t => {
  t.is(printIpvsTable(parseIpvsTable(text)), text)
  t.deepEqual(parseIpvsTable(text)[key], {
    ...dns,
    persistSeconds: 10_800,
    servers: {'10.32.0.3:53': 1, '10.32.0.4:53': 0},
  })
})

test('a change is as long as what differs', t => {
  t.is(printed({}, {[key]: {...dns, servers: {}}}), '-A -t 10.96.0.10:53 -s rr\n')
  t.is(printed({[key]: dns}, {[key]: {...dns, servers: {'10.32.0.3:53': 1}}}), '-d -t 10.96.0.10:53 -r 10.32.0.4:53\n')
  t.is(
    printed({[key]: dns}, {[key]: {...dns, scheduler: 'sh', persistSeconds: 60}}),
    '-E -t 10.96.0.10:53 -s sh -p 60\n',
  )
  t.is(printed({[key]: dns}, {}), '-D -t 10.96.0.10:53\n')
  t.is(printed({[key]: dns}, {[key]: structuredClone(dns)}), '')
})

test('from whatever the kernel has, what is not wanted goes', t => {
  const change = ipvsChangeFrom(parseIpvsTable(text), plan({[key]: {...dns, persistSeconds: 10_800}}))
  t.deepEqual(change?.commands, [
    '-e -t 10.96.0.10:53 -r 10.32.0.4:53 -m -w 1',
    '-D -u 10.96.0.10:53',
    '-D --sctp-service 10.96.0.11:99',
  ])
})

/** What is kept of those who leave. */
const keeping = (before: IpvsTable, wanted: IpvsTable) => keepingLeaving(plan(before), plan(wanted))

test('an endpoint that goes stays at weight 0 over TCP, until its last connection has ended', t => {
  const wanted = {[key]: {...dns, servers: {'10.32.0.3:53': 1}}}
  const leaving = keeping({[key]: dns}, wanted)
  t.is(printed({[key]: dns}, leaving.table), '-e -t 10.96.0.10:53 -r 10.32.0.4:53 -m -w 0\n')
  t.deepEqual(Object.keys(thoseLeavingIn(leaving)), [key])
  t.is(withoutDone(leaving, {[key]: {'10.32.0.4:53': {active: 1, inactive: 0}}}), leaving)
  t.is(withoutDone(leaving, {[key]: {'10.32.0.4:53': {active: 0, inactive: 2}}}), leaving)
  t.is(withoutDone(leaving, {}), leaving, 'nobody has counted')
  for (const counted of [{'10.32.0.4:53': {active: 0, inactive: 0}}, {}]) {
    const done = withoutDone(leaving, {[key]: counted})
    t.deepEqual(done.table, wanted)
    t.deepEqual(thoseLeavingIn(done), {})
  }
})

test('one that comes back gets its weight back, and UDP waits for nobody', t => {
  const leaving = {[key]: {...dns, servers: {'10.32.0.3:53': 1, '10.32.0.4:53': 0}}}
  t.is(printed(leaving, keeping(leaving, {[key]: dns}).table), '-e -t 10.96.0.10:53 -r 10.32.0.4:53 -m -w 1\n')
  const udp = {...dns, protocol: 'udp' as const}
  const wanted = {'-u 10.96.0.10:53': {...udp, servers: {}}}
  t.deepEqual(keeping({'-u 10.96.0.10:53': udp}, wanted).table, wanted)
})

test('who stays for his connections is new among those who leave but once', t => {
  const [one, two] = ['10.32.0.3:53', '10.32.0.4:53']
  const first = keepingLeaving(plan({[key]: dns}), plan({[key]: {...dns, servers: {[one]: 1}}}))
  t.deepEqual(newlyLeaving(plan({[key]: dns}), first), [key])
  const again = keepingLeaving(first, plan({[key]: {...dns, servers: {[one]: 1, '10.32.0.9:53': 1}}}))
  t.deepEqual(again.table[key]?.servers, {[one]: 1, '10.32.0.9:53': 1, [two]: 0})
  t.deepEqual(newlyLeaving(first, again), [])
  t.deepEqual(newlyLeaving(again, keepingLeaving(again, plan({[key]: {...dns, servers: {}}}))), [key])
})

test('connections are read from ipvsadm -Ln', t => {
  const listing = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.10:53 rr persistent 10800
  -> 10.32.0.3:53                 Masq    1      2          7
UDP  10.96.0.10:53 mh (mh-port)
`
  t.deepEqual(parseIpvsConnections(listing), {
    '-t 10.96.0.10:53': {'10.32.0.3:53': {active: 2, inactive: 7}},
    '-u 10.96.0.10:53': {},
  })
})

const refused = test.macro({
  exec: (t, line: string, message: string) => {
    t.throws(() => parseIpvsTable(line), {instanceOf: IpvsError, message})
  },
  title: (_, line) => `no output of ipvsadm -Sn: ${line}`,
})
test(refused, 'nonsense', '"nonsense" is no line of ipvsadm -Sn')
test(refused, '-D -t 10.0.0.1:1', '"-D -t 10.0.0.1:1" is no line of ipvsadm -Sn')
test(refused, '-A -x 10.0.0.1:1 -s rr', '"-A -x 10.0.0.1:1 -s rr": expected -t, -u or --sctp-service with ADDRESS:PORT')
test(refused, '-A -t 10.0.0.1 -s rr', '"-A -t 10.0.0.1 -s rr": expected -t, -u or --sctp-service with ADDRESS:PORT')
test(refused, '-A -t 10.0.0.1:1', '"-A -t 10.0.0.1:1" names no scheduler')
test(refused, '-A -t 10.0.0.1:1 rr', '"-A -t 10.0.0.1:1 rr": "rr" is not understood')
test(
  refused,
  '-a -t 10.0.0.1:1 -r 1.2.3.4:5 -m -w 1',
  '"-a -t 10.0.0.1:1 -r 1.2.3.4:5 -m -w 1" adds to a virtual server that was not added',
)

/** Applies a change with an ipvsadm of the test's own; what it was called with. */
async function applied(table: IpvsTable, answer: (argv: readonly string[]) => string, before?: IpvsTable) {
  const calls: string[] = []
  const run: Run = async ({argv}) => {
    calls.push(argv.slice(1).join(' '))
    const stderr = answer(argv.slice(1))
    return {code: stderr === '' || argv[1] === '-R' ? 0 : 255, stdout: '', stderr}
  }
  const change = ipvsChangeBetween(before && plan(before), plan(table))
  if (change === undefined) throw new Error('nothing to do')
  const [batch] = batches([{op: 'changeServers', change}])
  if (batch === undefined) throw new Error('no batch')
  await applyBatch({run, netns: 'node1', holds: async () => false}, batch)
  return calls
}

test('ipvsadm -R names no line: after a complaint each line goes alone, and what is there already is set', async t => {
  const calls = await applied({[key]: {...dns, servers: {'10.32.0.3:53': 1}}}, ([verb]) =>
    verb === '-R' || verb === '-A' ? 'Service already exists\n' : '',
  )
  t.deepEqual(calls, [
    '-R',
    '-A -t 10.96.0.10:53 -s rr',
    '-E -t 10.96.0.10:53 -s rr',
    '-a -t 10.96.0.10:53 -r 10.32.0.3:53 -m -w 1',
  ])
})

test('what is gone already needs no removing, with its virtual server or alone', async t => {
  for (const said of ['No such destination', 'Service not defined']) {
    const calls = await applied({[key]: {...dns, servers: {}}}, () => `${said}\n`, {[key]: dns})
    t.deepEqual(calls, ['-R', '-d -t 10.96.0.10:53 -r 10.32.0.3:53', '-d -t 10.96.0.10:53 -r 10.32.0.4:53'])
  }
})

test("what the kernel refuses is told with the Service, the line and the kernel's words", async t => {
  const table = {[key]: {...dns, scheduler: 'odd', service: 'kube-system/kube-dns:dns-tcp'}}
  await t.throwsAsync(
    applied(table, () => 'Scheduler or persistence engine not found\n'),
    {
      message:
        'Scheduler or persistence engine not found (Service kube-system/kube-dns:dns-tcp): ipvsadm -A -t 10.96.0.10:53 -s odd (in network namespace node1)',
    },
  )
})
