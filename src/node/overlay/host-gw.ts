import type {OverlayBackend} from './overlay-backend.ts'

/**
 * flannel's host-gw backend: the host is the gateway.
 *
 * Nothing is wrapped. Every node has a plain route for each other node's pod subnet, with that node's own address as the
 * gateway: `172.17.12.0/24 via 10.0.20.11 dev eth0`. A gateway is only asked for its MAC address; the packet itself keeps the pods'
 * addresses from end to end, and its full size. So it is as fast as the network between the nodes, and there is no MTU to take
 * care of.
 *
 * The price: the gateway must be reachable without another router in between. The nodes have to be plugged into one switch (or
 * one VLAN), for any router on the way would see a pod's address, which it has no route for. And a network that lets a machine
 * send only under its own address, as clouds do, drops the packets.
 */
export const hostGw: OverlayBackend = {
  overhead: 0,
  leaseData: () => null,
  plan: ({peers, underlay}) => ({
    state: {
      routes: peers
        .flatMap(peer => [peer, ...(peer.ipv6 ? [peer.ipv6] : [])])
        .map(({subnet, publicIp}) => ({to: subnet, via: publicIp, link: underlay.link})),
    },
  }),
}
