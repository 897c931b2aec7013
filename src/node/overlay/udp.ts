import type {Link} from '../../kernel/state.ts'
import {addressOf, cidrOf} from '../../net/cidr.ts'
import {vethName} from '../../net/interface-name.ts'
import type {Daemon} from '../daemon.ts'
import type {OverlayBackend, Situation} from './overlay-backend.ts'

/**
 * flannel's udp backend, its first.
 *
 * flannel0 is a TUN device: to the kernel a link like any other, but what is sent on it goes to no wire but to a program, flannel's
 * daemon, which reads it as bytes, packet by packet, and what the daemon writes arrives on the node as if it had come over that
 * link. So a pod's packet crosses like this:
 *
 *   1. The node's routes say `172.17.13.0/24 dev docker0` and `172.17.0.0/16 dev flannel0`. The longer prefix wins: its own
 *      pods are on docker0, everybody else's are behind flannel0. One route does for all nodes, however many come.
 *   2. The daemon reads the packet, looks up which node has leased the subnet of its destination, and sends the packet as it is,
 *      as the payload of a UDP datagram, to port 8285 of that node.
 *   3. The daemon there receives the datagram and writes its payload to its own flannel0. The kernel routes it on to docker0.
 *
 * The wrapping takes 28 bytes: UDP 8 and outer IP 20. There is no header of flannel's own.
 *
 * Each packet is copied out of the kernel and back, twice over, and woken up for; that is why vxlan, where the kernel does all
 * by itself, took its place. flannel's documentation calls udp good for debugging: one can see it at work.
 *
 * flannel0 belongs to its daemon. When the daemon dies, flannel0 goes, and the route with it.
 */
export const udp: OverlayBackend = {
  overhead: 28,
  noIpv6: "flannel's udp backend carries no IPv6: choose vxlan or host-gw",
  leaseData: () => null,
  plan: situation => ({
    state: {
      links: [deviceOf(situation)],
      addresses: [{link: device, address: cidrOf(addressOf(situation.self.subnet), 32)}],
      routes: [{to: situation.network, link: device}],
      // The daemon answers in the name of flannel0's own address. Linux takes nothing from outside that says it is from itself.
      sysctls: {[`net.ipv4.conf.${device}.accept_local`]: '1'},
    },
    daemons: [forwarderOf(situation)],
    notes: situation.underlay.standIn === undefined ? [] : [standInNote],
  }),
}

const device = 'flannel0'
const port = 8285

const standInNote = `flannel0 is one end of a veth pair here, not a TUN device: /dev/net/tun cannot be opened. Packets go the same way; \
ip link shows the difference. For the real thing: sudo chmod 666 /dev/net/tun, or run podlab as root.`

function deviceOf({self, underlay}: Situation): Link {
  const link = {name: device, up: true, mtu: underlay.mtu - udp.overhead}
  if (underlay.standIn === undefined) return {...link, kind: {type: 'tun'}}
  const peer = {netns: underlay.standIn, name: farEnd(self.node), mtu: link.mtu}
  return {...link, kind: {type: 'veth', peer}, mac: self.vtepMac}
}

function forwarderOf({self, peers, underlay}: Situation): Daemon {
  const {standIn} = underlay
  return {
    program: 'flannel-udp',
    device,
    address: addressOf(self.subnet),
    mtu: underlay.mtu - udp.overhead,
    listen: {ip: self.publicIp, port},
    ...(standIn !== undefined && {standIn: {netns: standIn, name: farEnd(self.node), mac: self.vtepMac}}),
    routes: peers.map(({subnet, publicIp}) => ({subnet, publicIp})),
  }
}

/** All nodes' far ends lie in one namespace. */
function farEnd(node: string): string {
  return vethName(`flannel0 of ${node}`)
}
