import test from 'ava'
import {diff} from '../../../src/kernel/diff.ts'
import {commandOf, print} from '../../../src/kernel/print.ts'
import {emptyNetns} from '../../../src/kernel/state.ts'
import {parseNetwork} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'
import {podNetnsPlan, podsPlan} from '../../../src/node/pods/plan.ts'

const segment = {subnet: parseNetwork('172.17.13.0/24'), mtu: 1450}
const pod = {netns: 'pod-a', ip: parseIp('172.17.13.2')}

test('pods are ports of docker0, which has the first address of the subnet', t => {
  const {state} = podsPlan(segment, [pod])
  const commands = diff(emptyNetns, {...emptyNetns, ...state, sysctls: {}}).map(op => commandOf(print(op)))
  const veth = state?.links?.[1]?.name ?? ''
  t.regex(veth, /^veth[0-9a-f]{7}$/)
  t.deepEqual(
    commands.map(command => command.replaceAll(veth, 'VETH')),
    [
      'ip link add name docker0 mtu 1450 address 02:42:ac:11:0d:01 up type bridge',
      'ip link add name VETH mtu 1450 master docker0 up type veth peer name eth0 address 02:42:ac:11:0d:02 mtu 1450 netns pod-a',
      'ip link set dev VETH type bridge_slave hairpin on',
      'ip addr replace 172.17.13.1/24 dev docker0',
      'ip neigh replace 172.17.13.2 lladdr 02:42:ac:11:0d:02 dev docker0 nud permanent',
    ],
  )
})

test('a node forwards, lets iptables see bridged packets, and holds no refusal back', t => {
  t.deepEqual(podsPlan(segment, []).state?.sysctls, {
    'net.ipv4.ip_forward': '1',
    'net.bridge.bridge-nf-call-iptables': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.default.rp_filter': '0',
    'net.ipv4.icmp_ratelimit': '0',
  })
})

test('in the pod, eth0 has the address, the gateway is docker0, and its MAC is known', t => {
  const plan = podNetnsPlan(segment, {...pod, node: 'node-master'})
  const eth0 = plan.links.find(({name}) => name === 'eth0')
  t.deepEqual(eth0?.kind, {
    type: 'veth',
    peer: {netns: 'node-master', name: podsPlan(segment, [pod]).state?.links?.[1]?.name ?? ''},
  })
  const connected = {...emptyNetns, links: plan.links.map(link => ({...link, up: false}))}
  t.deepEqual(
    diff(connected, plan).map(op => commandOf(print(op))),
    [
      'ip link set dev lo up',
      'ip link set dev eth0 up',
      'ip addr replace 172.17.13.2/24 dev eth0',
      'ip route replace default via 172.17.13.1 dev eth0',
      'ip neigh replace 172.17.13.1 lladdr 02:42:ac:11:0d:01 dev eth0 nud permanent',
    ],
  )
})
