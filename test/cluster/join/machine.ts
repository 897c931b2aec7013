import test from 'ava'
import {machineOf} from '../../../src/cluster/join/machine.ts'
import {emptyNetns, type Link} from '../../../src/kernel/state.ts'
import {parseCidr} from '../../../src/net/cidr.ts'
import {parseIp} from '../../../src/net/ip.ts'

const link = (name: string): Link => ({name, kind: {type: 'other', kind: 'dummy'}, up: true, mtu: 1500})

test('what components have left on a node is not part of the machine', t => {
  const names = ['lo', 'eth0', 'docker0', 'flannel.1', 'flannel0', 'veth2a6336b', 'kube-ipvs0', 'wg0']
  const found = {
    ...emptyNetns,
    links: names.map(link),
    addresses: names.map(name => ({link: name, address: parseCidr('10.0.20.12/24')})),
    routes: [
      {to: parseCidr('0.0.0.0/0'), via: parseIp('10.0.20.254'), link: 'eth0'},
      {to: parseCidr('172.17.1.0/24'), via: parseIp('172.17.1.0'), link: 'flannel.1', onlink: true},
    ],
  }
  const machine = machineOf(found)
  t.deepEqual(
    machine.links?.map(({name}) => name),
    ['lo', 'eth0', 'wg0'],
  )
  t.deepEqual(
    machine.addresses?.map(({link: name}) => name),
    ['lo', 'eth0', 'wg0'],
  )
  t.deepEqual(
    machine.routes?.map(({to}) => `${to}`),
    ['0.0.0.0/0'],
  )
})
