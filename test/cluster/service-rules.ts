import test from 'ava'
import {portsOf, serviceRules} from '../../src/cluster/service-rules.ts'
import {endpoint, kubia, node1} from '../node/proxy/_plan.ts'

const one = {...kubia, endpoints: [endpoint('172.17.12.2', 8080)]}
const short = (lines: readonly string[]) => lines.map(line => line.replace(/ -m comment --comment "[^"]*"/, ''))

test("in iptables mode a Service's rules are found by what they are for", t => {
  const {find, choose, rewrite} = serviceRules.iptables([one], node1)
  t.deepEqual(short(find), [
    '-A KUBE-SERVICES -d 10.98.237.175/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-XCCRWSFD2BRL7CRI',
  ])
  t.deepEqual(short(choose), [
    '-A KUBE-SVC-XCCRWSFD2BRL7CRI ! -s 172.17.0.0/16 -d 10.98.237.175/32 -p tcp -m tcp --dport 80 -j KUBE-MARK-MASQ',
    '-A KUBE-SVC-XCCRWSFD2BRL7CRI -j KUBE-SEP-6I7RMONTUK6OBNRS',
  ])
  t.deepEqual(short(rewrite), [
    '-A KUBE-SEP-6I7RMONTUK6OBNRS -s 172.17.12.2/32 -j KUBE-MARK-MASQ',
    '-A KUBE-SEP-6I7RMONTUK6OBNRS -p tcp -m tcp -j DNAT --to-destination 172.17.12.2:8080',
  ])
})

test('in nftables mode they are an element, and rules of its chains', t => {
  const {find, choose, rewrite} = serviceRules.nftables([one], node1)
  t.deepEqual(find, ['service-ips { 10.98.237.175 . tcp . 80 : goto service-DNOZYQY4-default/kubia/tcp/ }'])
  t.is(choose.length, 2)
  t.regex(rewrite.at(-1) ?? '', /^endpoint-\S+ meta l4proto tcp dnat to 172\.17\.12\.2:8080$/)
})

test('a rule that refuses says in which table it is', t => {
  const {find} = serviceRules.iptables([{...kubia, endpoints: []}], node1)
  t.regex(find.join('\n'), /^-A KUBE-SERVICES .* -j REJECT --reject-with icmp-port-unreachable \(filter\)$/)
})

test('a Service has its own ports, and no others of a like name', t => {
  const names = ['default/kubia', 'default/kubia:http', 'default/kubia2', 'shop/kubia']
  const ports = portsOf(
    names.map(name => ({...kubia, name})),
    {namespace: 'default', name: 'kubia'},
  )
  t.deepEqual(
    ports.map(({name}) => name),
    ['default/kubia', 'default/kubia:http'],
  )
})
