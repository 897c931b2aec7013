import type {NetworkInterfaceInfo} from 'node:os'
import test from 'ava'
import {UsageError} from '../../src/cli/command.ts'
import {joinOptions} from '../../src/cli/join.ts'

const ipv4 = {family: 'IPv4', address: '10.0.20.13'} as NetworkInterfaceInfo
const interfaces = () => ({eth0: [ipv4], lo: [], eth1: []})
const usual = {
  kubeconfig: '/etc/kubelet.conf',
  interface: 'eth0',
  podNetwork: '172.17.0.0/16',
  serviceRange: '10.96.0.0/12',
  overlay: 'vxlan',
}

test('a node has the address of its link, and what the command line says', t => {
  t.like(joinOptions('guest', {...usual, podSubnet: '172.17.9.0/24', server: 'https://10.0.20.254:6443'}, interfaces), {
    name: 'guest',
    address: '10.0.20.13',
    podSubnet: '172.17.9.0/24',
    server: 'https://10.0.20.254:6443',
    kubeconfig: '/etc/kubelet.conf',
  })
  t.like(joinOptions('guest', {...usual, address: '10.1.1.1'}, interfaces), {address: '10.1.1.1'})
})

const refused = test.macro({
  exec: (t, name: string, options: Readonly<Record<string, unknown>>, message: RegExp) =>
    void t.throws(() => joinOptions(name, {...usual, ...options}, interfaces), {instanceOf: UsageError, message}),
  title: (_, name, options) => `refused: ${name} ${JSON.stringify(options)}`,
})

test(refused, 'guest', {kubeconfig: undefined}, /Name a kubeconfig: --kubeconfig FILE/)
test(refused, 'Guest', {}, /"Guest" cannot name a node/)
test(refused, '-x', {}, /cannot name a node/)
test(refused, '', {}, /cannot name a node/)
test(refused, 'a'.repeat(64), {}, /cannot name a node/)
test(refused, 'guest', {server: 'nowhere'}, /--server nowhere: expected something like https/)
test(refused, 'guest', {overlay: 'gre'}, /--overlay gre: expected vxlan, udp, host-gw/)
test(refused, 'guest', {interface: 'eth7'}, /eth7 has no IPv4 address; .* \(there are: eth0, eth1\)/)
test(refused, 'guest', {interface: 'eth1'}, /eth1 has no IPv4 address/)
test(refused, 'guest', {address: '10.0.0'}, /--address: /)
test(refused, 'guest', {podSubnet: '172.17.9.0'}, /--pod-subnet: /)
test(refused, 'guest', {podNetwork: '172.17.0.1/16'}, /--pod-network: /)
test(refused, 'guest', {serviceRange: 'all'}, /--service-range: /)
