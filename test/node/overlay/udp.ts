import test from 'ava'
import {udp} from '../../../src/node/overlay/udp.ts'
import {commandsFor, master, masterAmong, node1, node2, underlay} from '../../contract/overlay.ts'

test('udp has one route for all peers, and a device without anything that changes with them', t => {
  t.deepEqual(commandsFor(udp.plan(masterAmong(node1, node2)).state), [
    'ip tuntap add dev flannel0 mode tun',
    'ip link set dev flannel0 mtu 1472',
    'ip link set dev flannel0 up',
    'ip addr replace 172.17.13.0/32 dev flannel0',
    'ip route replace 172.17.0.0/16 dev flannel0',
    'sysctl -w "net.ipv4.conf.flannel0.accept_local=1"',
  ])
})

test('the daemon knows each peer, and speaks from the address of flannel0', t => {
  t.deepEqual(udp.plan(masterAmong(node1, node2)).daemons, [
    {
      program: 'flannel-udp',
      device: 'flannel0',
      address: '172.17.13.0',
      mtu: 1472,
      listen: {ip: '10.0.20.4', port: 8285},
      routes: [
        {subnet: node1.subnet, publicIp: node1.publicIp},
        {subnet: node2.subnet, publicIp: node2.publicIp},
      ],
    },
  ] as unknown)
})

test('without TUN devices a veth pair stands in for it, the far end out of the way, and people are told', t => {
  const {state, daemons, notes} = udp.plan({...masterAmong(node1), underlay: {...underlay, standIn: 'underlay'}})
  const [first] = commandsFor(state)
  t.regex(
    first ?? '',
    /^ip link add name flannel0 mtu 1472 address 02:42:ac:11:0d:00 up type veth peer name veth[0-9a-f]{7} mtu 1472 netns underlay$/,
  )
  const far = daemons?.[0]?.standIn
  t.is(far?.netns, 'underlay')
  t.is(far?.mac, master.vtepMac)
  t.true(first?.includes(far?.name ?? 'no name'))
  t.is(notes?.length, 1)
  t.deepEqual(udp.plan(masterAmong(node1)).notes, [])
})
