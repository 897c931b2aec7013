import test from 'ava'
import {hostGw} from '../../../src/node/overlay/host-gw.ts'
import {commandsFor, masterAmong, node1, node2} from '../../contract/overlay.ts'

test('host-gw has a plain route to each peer subnet by way of the peer itself', t => {
  t.deepEqual(commandsFor(hostGw.plan(masterAmong(node1, node2)).state), [
    'ip route replace 172.17.12.0/24 via 10.0.20.11 dev eth0',
    'ip route replace 172.17.18.0/24 via 10.0.20.12 dev eth0',
  ])
})
