import test from 'ava'
import {vxlan} from '../../../src/node/overlay/vxlan.ts'
import {commandsFor, masterAmong, node1, node2} from '../../contract/overlay.ts'

test('vxlan reaches each peer subnet through its VTEP', t => {
  t.deepEqual(commandsFor(vxlan.plan(masterAmong(node1, node2)).state), [
    'ip link add name flannel.1 mtu 1450 address 02:42:ac:11:0d:00 up type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
    'ip addr replace 172.17.13.0/32 dev flannel.1',
    'ip route replace 172.17.12.0/24 via 172.17.12.0 dev flannel.1 onlink',
    'ip route replace 172.17.18.0/24 via 172.17.18.0 dev flannel.1 onlink',
    'ip neigh replace 172.17.12.0 lladdr 02:42:ac:11:0c:00 dev flannel.1 nud permanent',
    'ip neigh replace 172.17.18.0 lladdr 02:42:ac:11:12:00 dev flannel.1 nud permanent',
    'bridge fdb replace 02:42:ac:11:0c:00 dev flannel.1 dst 10.0.20.11',
    'bridge fdb replace 02:42:ac:11:12:00 dev flannel.1 dst 10.0.20.12',
  ])
})
