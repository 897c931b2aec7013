import type {NetnsState} from '../../kernel/state.ts'
import {addressOf, hostCidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'
import type {FamilyLease, OverlayBackend} from './overlay-backend.ts'

/**
 * flannel's vxlan backend.
 *
 * Pod subnets mean nothing to the network between the nodes: it knows the nodes' addresses only. VXLAN carries a pod's packet
 * across as the payload of another: Ethernet frame in VXLAN header in UDP in IP, addressed from node to node. flannel.1 is
 * the device that packs and unpacks, one on each node, all with the same number (VNI 1) and UDP port (8472, Linux' own
 * default; the standard's 4789 came later).
 *
 * A packet for a pod on another node needs three answers on its way, and flannel writes all of them down in advance,
 * because it knows every node's lease. Nothing is learned, nothing is asked on the wire:
 *
 *   1. Which way? A route for the peer's whole subnet: `172.17.12.0/24 via 172.17.12.0 dev flannel.1 onlink`. The gateway is the
 *      peer's flannel.1, which has the subnet's own first number as its address. It lies in no network of ours, so the kernel
 *      must be told to believe that it is on the link (`onlink`).
 *   2. Which MAC has the gateway? A permanent ARP entry: 172.17.12.0 has the peer's VTEP MAC. With it the inner frame is
 *      complete.
 *   3. Behind which node is this MAC? A permanent entry in the device's forwarding database (FDB): the peer's VTEP MAC is at
 *      10.0.20.11. With it the outer packet is complete.
 *
 * One ARP entry and one FDB entry a node suffice, however many pods there are: between the nodes packets are routed, and the MAC
 * of the pod itself is found by the last node on its docker0.
 *
 * In a dual-stack cluster a second device, flannel-v6.1, does the same for IPv6. Its outer packets are of IPv6, too, and those have a header of
 * 40 bytes, so that its MTU is 20 less. The pods' MTU is not: for a full packet of IPv6 the node sends "packet too big" back, and the
 * kernel makes the next ones smaller.
 *
 * The wrapping takes 50 bytes: inner Ethernet 14, VXLAN 8, UDP 8, outer IP 20. The pods' MTU must be less by that, or full
 * packets would not fit into the underlay.
 */
export const vxlan: OverlayBackend = {
  overhead: 50,
  leaseData: ({vtepMac}) => ({VNI: vni, VtepMAC: vtepMac}),
  plan: ({self, peers, underlay}) => {
    const four = partOf(self, peers, {
      device: `flannel.${vni}`,
      link: underlay.link,
      mtu: underlay.mtu - vxlan.overhead,
    })
    if (self.ipv6 === undefined) return {state: four}
    const peers6 = peers.flatMap(({ipv6}) => ipv6 ?? [])
    const mtu = underlay.mtu - vxlan.overhead - longerHeader
    const six = partOf(self.ipv6, peers6, {device: `flannel-v6.${vni}`, link: underlay.link, mtu})
    return {state: joined(four, six)}
  },
}

const vni = 1
const port = 8472

/** By how much the header of IPv6 is longer than that of IPv4. */
const longerHeader = 20

type Part = Pick<NetnsState, 'links' | 'addresses' | 'neighbours' | 'fdb' | 'routes'>

function joined(a: Part, b: Part): Part {
  return {
    links: [...a.links, ...b.links],
    addresses: [...a.addresses, ...b.addresses],
    neighbours: [...a.neighbours, ...b.neighbours],
    fdb: [...a.fdb, ...b.fdb],
    routes: [...a.routes, ...b.routes],
  }
}

/* One device, and the way through it to all peers, in one family of addresses. */
function partOf(
  self: FamilyLease,
  peers: readonly FamilyLease[],
  {device, link, mtu}: {readonly device: string; readonly link: string; readonly mtu: number},
): Part {
  const {publicIp: local, vtepMac: mac} = self
  return {
    links: [{name: device, kind: {type: 'vxlan', vni, port, local, device: link}, up: true, mtu, mac}],
    addresses: [{link: device, address: hostCidr(vtepAddress(self))}],
    ...towards(peers, device),
  }
}

function towards(peers: readonly FamilyLease[], device: string): Pick<NetnsState, 'neighbours' | 'fdb' | 'routes'> {
  return {
    neighbours: peers.map(peer => ({link: device, ip: vtepAddress(peer), mac: peer.vtepMac})),
    fdb: peers.map(peer => ({link: device, mac: peer.vtepMac, remote: peer.publicIp})),
    routes: peers.map(peer => ({to: peer.subnet, via: vtepAddress(peer), link: device, onlink: true})),
  }
}

/** flannel.1 has the address of the subnet itself, which no pod can have. */
function vtepAddress({subnet}: FamilyLease): Ip {
  return addressOf(subnet)
}
