import test from 'ava'
import {internetNetns, internetPlan, internetServer} from '../../src/cluster/outside.ts'
import {machinePlan, underlayPlan} from '../../src/cluster/underlay.ts'
import {changes} from '../../src/kernel/diff.ts'
import {commandOf, print} from '../../src/kernel/print.ts'
import {emptyNetns, type NetnsState} from '../../src/kernel/state.ts'
import type {ClusterConfig} from '../../src/lab/lab.ts'
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
const machine = (name: string, address: string) => ({name, address: parseIp(address)})
const machines = [machine('node1', '10.0.20.11'), machine('laptop', '10.0.20.254')]
const hosts = [{address: parseIp('203.0.113.10')}, {address: parseIp('192.0.2.1'), answer: 'Hello'}]

/** What a person would type to make it, as far as it says `words`. */
function linesOf(plan: NetnsState, words: RegExp): readonly string[] {
  return changes(emptyNetns, plan)
    .map(op => commandOf(print(op)))
    .filter(line => words.test(line))
}

test('a client is plugged into the switch as a node is, and the router makes room for it', t => {
  const plan = underlayPlan(cluster, machines)
  t.deepEqual(linesOf(plan, /name laptop|addr replace/), [
    'ip link add name laptop mtu 1500 master underlay0 up type veth peer name eth0 address 02:42:0a:00:14:fe mtu 1500 netns laptop',
    'ip addr replace 10.0.20.253/24 dev underlay0',
  ])
  t.deepEqual(linesOf(machinePlan(cluster, machine('laptop', '10.0.20.254'), machines), /^ip (addr|route)/), [
    'ip addr replace 10.0.20.254/24 dev eth0',
    'ip route replace default via 10.0.20.253 dev eth0',
  ])
})

test('the router has a way to each host of the internet, and none without them', t => {
  t.deepEqual(linesOf(underlayPlan(cluster, machines, hosts), /internet0/), [
    `ip link add name internet0 mtu 1500 address 02:42:72:74:65:72 up type veth peer name eth0 address 02:42:69:6e:65:74 mtu 1500 netns ${internetNetns}`,
    'ip route replace 203.0.113.10 dev internet0',
    'ip route replace 192.0.2.1 dev internet0',
    'ip neigh replace 203.0.113.10 lladdr 02:42:69:6e:65:74 dev internet0 nud permanent',
    'ip neigh replace 192.0.2.1 lladdr 02:42:69:6e:65:74 dev internet0 nud permanent',
  ])
  t.deepEqual(linesOf(underlayPlan(cluster, machines), /internet0|ip route/), [])
})

test('the hosts of the internet share a namespace that knows the router and no pod', t => {
  const plan = internetPlan(hosts, {router: parseIp('10.0.20.253'), behind: 'underlay'})
  t.deepEqual(linesOf(plan, /addr replace|route|neigh/), [
    'ip addr replace 203.0.113.10/32 dev eth0',
    'ip addr replace 192.0.2.1/32 dev eth0',
    'ip route replace default via 10.0.20.253 dev eth0 onlink',
    'ip neigh replace 10.0.20.253 lladdr 02:42:72:74:65:72 dev eth0 nud permanent',
  ])
})

test('one server knows the answers of all hosts', t => {
  t.deepEqual(internetServer(hosts, 42).argv, ['internet', '{"203.0.113.10":"","192.0.2.1":"Hello"}'])
})
