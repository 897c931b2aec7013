import test from 'ava'
import {machinePlan, underlayNetns, underlayPlan} from '../../src/cluster/underlay.ts'
import {changes} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type NetnsState} from '../../src/kernel/state.ts'
import type {ClusterConfig, NodeConfig} from '../../src/lab/lab.ts'
import {parseNetwork} from '../../src/net/cidr.ts'
import {parseIp} from '../../src/net/ip.ts'

const cluster: ClusterConfig = {
  podNetwork: parseNetwork('172.17.0.0/16'),
  serviceRange: parseNetwork('10.96.0.0/12'),
  underlay: parseNetwork('10.0.20.0/24'),
  overlay: 'vxlan',
  proxyMode: 'iptables',
  proxy: {},
}
const node = (name: string, address: string): NodeConfig => ({
  name,
  address: parseIp(address),
  podSubnet: parseNetwork('172.17.1.0/24'),
})
const nodes = [node('master', '10.0.20.4'), node('node1', '10.0.20.11')]

/** What a person would type to make it. */
function linesOf(plan: NetnsState): readonly string[] {
  return changes(emptyNetns, plan).map(op => commandOf(print(op)))
}

test('the underlay is a switch with a port for each node', t => {
  t.is(underlayNetns, 'underlay')
  const lines = linesOf(underlayPlan(cluster, nodes)).filter(line => /^ip (link|addr)|^sysctl/.test(line))
  t.deepEqual(lines, [
    'ip link add name underlay0 mtu 1500 address 02:42:0a:00:14:fe up type bridge',
    'ip link add name master mtu 1500 master underlay0 up type veth peer name eth0 address 02:42:0a:00:14:04 mtu 1500 netns master',
    'ip link add name node1 mtu 1500 master underlay0 up type veth peer name eth0 address 02:42:0a:00:14:0b mtu 1500 netns node1',
    'ip link set dev lo up',
    'ip addr replace 10.0.20.254/24 dev underlay0',
    'sysctl -w "net.bridge.bridge-nf-call-iptables=0"',
    'sysctl -w "net.ipv4.ip_forward=1"',
    'sysctl -w "net.ipv4.icmp_ratelimit=0"',
    'sysctl -w "net.ipv4.conf.all.send_redirects=0"',
    'sysctl -w "net.ipv4.conf.underlay0.send_redirects=0"',
  ])
})

test('a node has its address on eth0, knows the others, and asks the router for the rest', t => {
  const lines = nodes.slice(0, 1).flatMap(master => linesOf(machinePlan(cluster, master, nodes)))
  t.deepEqual(lines, [
    'ip link add name eth0 mtu 1500 address 02:42:0a:00:14:04 up type veth peer name master netns underlay',
    'ip link set dev lo up',
    'ip addr replace 10.0.20.4/24 dev eth0',
    'ip route replace default via 10.0.20.254 dev eth0',
    'ip neigh replace 10.0.20.11 lladdr 02:42:0a:00:14:0b dev eth0 nud permanent',
    'ip neigh replace 10.0.20.254 lladdr 02:42:0a:00:14:fe dev eth0 nud permanent',
  ])
})

test("the router takes the last address that is no node's", t => {
  const last = [node('a', '10.0.20.254'), node('b', '10.0.20.253')]
  t.true(linesOf(underlayPlan(cluster, last)).some(line => line.includes('addr replace 10.0.20.252/24')))
})
