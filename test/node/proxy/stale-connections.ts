import test from 'ava'
import fc from 'fast-check'
import {printDeletion} from '../../../src/kernel/conntrack/flows.ts'
import {parseIp} from '../../../src/net/ip.ts'
import type {ServicePort} from '../../../src/node/proxy/service-port.ts'
import {staleConnections} from '../../../src/node/proxy/stale-connections.ts'
import {servicePortLists} from './_random.ts'

const dns: ServicePort = {
  name: 'kube-system/kube-dns:dns',
  protocol: 'udp',
  clusterIp: parseIp('10.96.0.10'),
  port: 53,
  internalTrafficPolicy: 'Cluster',
  endpoints: [],
}
const outside = {nodePort: 30053, externalIps: [parseIp('192.0.2.7')], loadBalancerIps: [parseIp('10.0.40.20')]}

function served(port: ServicePort, ...ips: readonly string[]): ServicePort {
  return {...port, endpoints: ips.map(ip => ({ip: parseIp(ip), port: 53, ready: true}))}
}

const forgets = test.macro(
  (t, before: readonly ServicePort[], after: readonly ServicePort[], lines: readonly string[]) => {
    t.deepEqual(staleConnections(before, after).map(printDeletion), lines)
  },
)

const one = served(dns, '10.32.0.3')
test(
  'an endpoint that has gone: its connections are forgotten',
  forgets,
  [served(dns, '10.32.0.3', '10.32.0.4')],
  [one],
  ['-D --orig-dst 10.96.0.10 -p udp --dst-nat 10.32.0.4'],
)
test(
  'an endpoint that has gone: at every address of its Service, and at the node port',
  forgets,
  [served({...dns, ...outside}, '10.32.0.3', '10.32.0.4')],
  [served({...dns, ...outside}, '10.32.0.3')],
  [
    '-D --orig-dst 10.96.0.10 -p udp --dst-nat 10.32.0.4',
    '-D --orig-dst 192.0.2.7 -p udp --dst-nat 10.32.0.4',
    '-D --orig-dst 10.0.40.20 -p udp --dst-nat 10.32.0.4',
    '-D -p udp --dport 30053 --dst-nat 10.32.0.4',
  ],
)
test(
  'the first endpoint: all connections to the Service are forgotten',
  forgets,
  [{...dns, ...outside}],
  [served({...dns, ...outside}, '10.32.0.3')],
  [
    '-D --orig-dst 10.96.0.10 -p udp',
    '-D --orig-dst 192.0.2.7 -p udp',
    '-D --orig-dst 10.0.40.20 -p udp',
    '-D -p udp --dport 30053',
  ],
)
test('a Service that comes with endpoints: likewise', forgets, [], [one], ['-D --orig-dst 10.96.0.10 -p udp'])
test('a Service that comes without endpoints: none', forgets, [], [dns], [])
test('a second endpoint: none', forgets, [one], [served(dns, '10.32.0.3', '10.32.0.4')], [])
test('the Service has gone: all to its cluster IP', forgets, [one], [], ['-D --orig-dst 10.96.0.10 -p udp'])
test(
  'the Service with a node port has gone: all to that, too',
  forgets,
  [{...one, nodePort: 30053}],
  [],
  ['-D --orig-dst 10.96.0.10 -p udp', '-D -p udp --dport 30053'],
)
test('nothing has changed: none', forgets, [one], [one], [])
test('over TCP: none, whatever happens', forgets, [{...one, protocol: 'tcp'}], [{...dns, protocol: 'tcp'}], [])
test(
  'an endpoint that still serves while it ends: none',
  forgets,
  [one],
  [{...dns, endpoints: [{ip: parseIp('10.32.0.3'), port: 53, ready: false, lingering: true}]}],
  [],
)
test(
  'an endpoint that is not ready any more: its connections are forgotten',
  forgets,
  [one],
  [{...dns, endpoints: [{ip: parseIp('10.32.0.3'), port: 53, ready: false}]}],
  ['-D --orig-dst 10.96.0.10 -p udp --dst-nat 10.32.0.3'],
)

test('a Service that stays as it is loses no connection, whatever the others do', t => {
  fc.assert(
    fc.property(servicePortLists, servicePortLists, (drawn, others) => {
      const kept = drawn.map(port => ({...port, name: `kept/${port.name}`, clusterIp: parseIp('10.97.0.1')}))
      t.deepEqual(staleConnections(kept, kept), [])
      const lost = [...staleConnections([...kept, ...others], kept), ...staleConnections(kept, [...kept, ...others])]
      t.false(lost.some(({to}) => to === '10.97.0.1'))
    }),
  )
})
