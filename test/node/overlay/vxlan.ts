import test from 'ava'
import {parseNetwork6} from '../../../src/net/cidr.ts'
import {parseIp6} from '../../../src/net/ip6.ts'
import {parseMac} from '../../../src/net/mac.ts'
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

const six = (number: string, last: string) => ({
  publicIp: parseIp6(`fd00:10:0:20::${last}`),
  subnet: parseNetwork6(`fd00:172:17:${number}::/64`),
  vtepMac: parseMac(`06:42:ac:11:0${number}:00`),
})

test('vxlan has a second device for IPv6, whose packets go over IPv6', t => {
  const {self, ...rest} = masterAmong()
  const peers = [{...node1, ipv6: six('c', 'b')}, node2]
  t.deepEqual(commandsFor(vxlan.plan({...rest, self: {...self, ipv6: six('d', '4')}, peers}).state), [
    'ip link add name flannel.1 mtu 1450 address 02:42:ac:11:0d:00 up type vxlan id 1 dev eth0 local 10.0.20.4 dstport 8472 nolearning',
    'ip link add name flannel-v6.1 mtu 1430 address 06:42:ac:11:0d:00 up type vxlan id 1 dev eth0 local fd00:10:0:20::4 dstport 8472 nolearning',
    'ip addr replace 172.17.13.0/32 dev flannel.1',
    'ip addr replace fd00:172:17:d::/128 dev flannel-v6.1 nodad',
    'ip route replace 172.17.12.0/24 via 172.17.12.0 dev flannel.1 onlink',
    'ip route replace 172.17.18.0/24 via 172.17.18.0 dev flannel.1 onlink',
    'ip route replace fd00:172:17:c::/64 via fd00:172:17:c:: dev flannel-v6.1 onlink',
    'ip neigh replace 172.17.12.0 lladdr 02:42:ac:11:0c:00 dev flannel.1 nud permanent',
    'ip neigh replace 172.17.18.0 lladdr 02:42:ac:11:12:00 dev flannel.1 nud permanent',
    'ip neigh replace fd00:172:17:c:: lladdr 06:42:ac:11:0c:00 dev flannel-v6.1 nud permanent',
    'bridge fdb replace 02:42:ac:11:0c:00 dev flannel.1 dst 10.0.20.11',
    'bridge fdb replace 02:42:ac:11:12:00 dev flannel.1 dst 10.0.20.12',
    'bridge fdb replace 06:42:ac:11:0c:00 dev flannel-v6.1 dst fd00:10:0:20::b',
  ])
})
