import test from 'ava'
import {machineResolvers, openWayOutside} from '../../../src/cluster/dns/outside.ts'
import {upstreamCorefile} from '../../../src/cluster/dns/upstream.ts'
import {labOf} from '../../exercise/_fake-lab.ts'

test('the DNS servers of a machine are those of its resolv.conf that have IPv4 addresses', t => {
  const text =
    '# nameserver 192.0.2.1\nnameserver 192.0.2.2\n  nameserver\t127.0.0.53\nnameserver fd00::1\nsearch a.b\nnameserver\n'
  t.deepEqual<unknown, unknown>(machineResolvers(text), [
    {address: '192.0.2.2', port: 53},
    {address: '127.0.0.53', port: 53},
  ])
  t.deepEqual(machineResolvers(''), [])
})

test('a lab that asks for it has a socket of the host and whom to ask', t => {
  const way = openWayOutside(labOf('cluster: {dns: {host: "192.0.2.53:5353"}}'))
  t.deepEqual<unknown, unknown>(way?.servers, [{address: '192.0.2.53', port: 5353}])
  t.true((way?.descriptor ?? 0) > 2)
  way?.close()
})

test('other labs have none', t => {
  t.is(openWayOutside(labOf('nodes: [a]')), undefined)
  t.is(openWayOutside(labOf('cluster: {dns: false}')), undefined)
})

test('what the lab does not know is forwarded where that is wanted, and else to nobody', t => {
  const lab = labOf('cluster: {dns: {host: 192.0.2.53}}')
  t.regex(upstreamCorefile(lab, openServers(lab)), /fallthrough\n {4}\}\n {4}forward \. 192\.0\.2\.53:53 \{/)
  t.notRegex(upstreamCorefile(labOf('nodes: [a]')), /forward|fallthrough/)
})

function openServers(lab: Parameters<typeof openWayOutside>[0]) {
  const way = openWayOutside(lab)
  way?.close()
  return way?.servers
}
