import test from 'ava'
import {type Connection, type Flows, isAmong, printDeletion} from '../../../src/kernel/conntrack/flows.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {parseIp6} from '../../../src/net/ip6.ts'

const [service, other, pod] = ['10.96.0.10', '10.96.0.11', '172.17.12.2'].map(parseIp) as [never, never, never]
const seen: Connection = {protocol: 'udp', to: service, port: 53, nattedTo: pod}

const meant = test.macro({
  exec: (t, flows: Flows, line: string, is: boolean) => {
    t.is(printDeletion(flows), line)
    t.is(isAmong([flows])(seen), is)
    t.is(isAmong([{protocol: 'sctp'}, flows])(seen), is, 'beside others')
  },
  title: (_, _flows, line: string, is: boolean) =>
    `conntrack ${line} ${is ? 'means' : 'does not mean'} a connection to 10.96.0.10:53 that goes to 172.17.12.2`,
})

test(meant, {protocol: 'udp', to: service}, '-D --orig-dst 10.96.0.10 -p udp', true)
test(
  meant,
  {protocol: 'udp', to: service, nattedTo: pod},
  '-D --orig-dst 10.96.0.10 -p udp --dst-nat 172.17.12.2',
  true,
)
test(meant, {protocol: 'udp', port: 53}, '-D -p udp --dport 53', true)
test(meant, {protocol: 'udp', port: 53, nattedTo: pod}, '-D -p udp --dport 53 --dst-nat 172.17.12.2', true)
test(meant, {protocol: 'tcp', to: service}, '-D --orig-dst 10.96.0.10 -p tcp', false)
test(meant, {protocol: 'udp', to: other}, '-D --orig-dst 10.96.0.11 -p udp', false)
test(meant, {protocol: 'udp', port: 54}, '-D -p udp --dport 54', false)
test(
  meant,
  {protocol: 'udp', to: service, nattedTo: other},
  '-D --orig-dst 10.96.0.10 -p udp --dst-nat 10.96.0.11',
  false,
)

test('a connection whose destination nobody has rewritten goes to no endpoint', t => {
  t.false(isAmong([{protocol: 'udp', nattedTo: pod}])({protocol: 'udp', to: pod, port: 53}))
})

test('of IPv6 conntrack must be told the family', t => {
  t.is(printDeletion({protocol: 'udp', to: parseIp6('fd00:10:96::a')}), '-D -f ipv6 --orig-dst fd00:10:96::a -p udp')
})
