import test from 'ava'
import {parseDocuments} from '../../../src/kernel/observe/documents.ts'
import {parseFdb} from '../../../src/kernel/observe/fdb.ts'
import {parseNeighbours} from '../../../src/kernel/observe/neighbours.ts'
import {parseRoutes} from '../../../src/kernel/observe/routes.ts'
import {linkOfSysctl, parseSysctls, sysctlPath} from '../../../src/kernel/observe/sysctls.ts'

test('each line of a batch is a document', t =>
  t.deepEqual(parseDocuments('[{"a":1}]\n[]\n[{"b":2},{"b":3}]\n'), [[{a: 1}], [], [{b: 2}, {b: 3}]]))

test('routes, without those that the kernel made and those that a Route cannot say', t => {
  const printed = [
    '{"type":"unicast","dst":"default","gateway":"10.0.20.1","dev":"eth0","protocol":"boot","scope":"global","flags":[]}',
    '{"type":"unicast","dst":"10.0.20.0/24","dev":"eth0","protocol":"kernel","scope":"link","flags":[]}',
    '{"type":"unicast","dst":"172.17.12.0/24","gateway":"172.17.12.0","dev":"flannel.1","protocol":"boot","flags":["onlink"]}',
    '{"type":"unicast","dst":"10.1.1.1","dev":"eth0","protocol":"static","scope":"link","flags":["linkdown"]}',
    '{"type":"blackhole","dst":"10.9.0.0/24","protocol":"boot","flags":[]}',
    '{"type":"unicast","dst":"10.8.0.0/24","protocol":"boot","flags":[],"nexthops":[{"gateway":"10.0.20.1","dev":"eth0"}]}',
  ].map(line => JSON.parse(line))
  t.deepEqual(parseRoutes(printed), [
    {to: '0.0.0.0/0', via: '10.0.20.1', link: 'eth0'},
    {to: '172.17.12.0/24', via: '172.17.12.0', link: 'flannel.1', onlink: true},
    {to: '10.1.1.1/32', link: 'eth0'},
  ] as never)
})

test('neighbours of both families, permanent only', t => {
  const printed = [
    {dst: '172.17.12.0', dev: 'flannel.1', lladdr: '02:42:ac:11:0c:00', state: ['PERMANENT']},
    {dst: '10.0.20.1', dev: 'eth0', lladdr: '02:42:0a:00:14:01', state: ['REACHABLE']},
    {dst: 'fe80::1', dev: 'eth0', lladdr: '02:42:0a:00:14:01', state: ['PERMANENT']},
  ]
  t.deepEqual(parseNeighbours(printed), [
    {link: 'flannel.1', ip: '172.17.12.0', mac: '02:42:ac:11:0c:00'},
    {link: 'eth0', ip: 'fe80::1', mac: '02:42:0a:00:14:01'},
  ] as never)
})

test('forwarding entries, those of a vxlan only', t => {
  const printed = [
    {mac: '33:33:00:00:00:01', ifname: 'docker0', flags: ['self'], state: 'permanent'},
    {mac: '02:42:00:00:00:01', ifname: 'veth1', flags: [], master: 'docker0', state: 'permanent'},
    {mac: '02:42:ac:11:0c:00', ifname: 'flannel.1', dst: '10.0.20.11', flags: ['self'], state: 'permanent'},
    {mac: '02:42:ac:11:0b:00', ifname: 'flannel.1', dst: '10.0.20.12', flags: ['self'], state: ''},
    {mac: '02:42:ac:11:0a:00', ifname: 'flannel.1', dst: 'fd00::1', flags: ['self'], state: 'permanent'},
  ]
  t.deepEqual(parseFdb(printed), [
    {link: 'flannel.1', mac: '02:42:ac:11:0c:00', remote: '10.0.20.11'},
    {link: 'flannel.1', mac: '02:42:ac:11:0a:00', remote: 'fd00::1'},
  ] as never)
})

test('sysctls come under the names by which they were asked for', t => {
  const printed = [
    'net.ipv4.ip_forward = 1',
    'net.ipv4.ip_local_port_range = 32768\t60999',
    'net.ipv4.conf.flannel/1.rp_filter = 0',
    '',
  ].join('\n')
  const asked = ['net/ipv4/ip_forward', 'net.ipv4.ip_local_port_range', 'net/ipv4/conf/flannel.1/rp_filter', 'net.nope']
  t.deepEqual(parseSysctls(printed, asked), {
    'net/ipv4/ip_forward': '1',
    'net.ipv4.ip_local_port_range': '32768 60999',
    'net/ipv4/conf/flannel.1/rp_filter': '0',
  })
})

const path = test.macro({
  exec: (t, name: string, expected: string, link?: string) => {
    t.is(sysctlPath(name), expected)
    t.is(linkOfSysctl(name), link)
  },
  title: (_, name: string) => `the path of ${name}`,
})

test(path, 'net.ipv4.ip_forward', 'net/ipv4/ip_forward')
test(path, 'net/ipv4/ip_forward', 'net/ipv4/ip_forward')
test(path, 'net.ipv4.conf.all.rp_filter', 'net/ipv4/conf/all/rp_filter', 'all')
test(path, 'net.ipv4.conf.flannel/1.rp_filter', 'net/ipv4/conf/flannel.1/rp_filter', 'flannel.1')
test(path, 'net/ipv4/conf/flannel.1/rp_filter', 'net/ipv4/conf/flannel.1/rp_filter', 'flannel.1')
