import {netnsPath} from '../../../kernel/netns-path.ts'
import {errno, type Memory, type PacketIo} from '../../../kernel/packet-io.ts'
import {type Ip, ipNumber} from '../../../net/ip.ts'
import {inbound, outbound} from './decide.ts'
import {netUnreachable} from './packet.ts'
import {type Find, routeTable} from './route-table.ts'
import {datagram, family, internetAddress} from './socket-address.ts'
import type {UdpForwarder, UdpRoute} from './udp-forwarder.ts'
import {openStandIn, openTun, type Tools, type Wire} from './wire.ts'

/** The daemon of one node at work. */
export type Forwarding = {
  /** Readable when the node has sent something to flannel0, and when another node has sent something here. */
  readonly wire: number
  readonly socket: number
  /** Those descriptors that nobody closes when the thread breaks. */
  readonly unguarded: readonly number[]
  /** These move what is there, a bounded number of packets; they throw when flannel0 is gone. */
  fromWire(): void
  fromSocket(): void
  setRoutes(routes: readonly UdpRoute[]): void
  close(): void
}

/** Opens a node's flannel0 and its UDP port; throws SyscallError. */
export function openForwarding(tools: Tools, netns: string, forwarder: UdpForwarder): Forwarding {
  const {io, namespaces} = tools
  const {device, listen, standIn} = forwarder
  const socket = namespaces.within({join: {net: netnsPath(netns)}}, () => io.socket(family.inet, datagram, 0))
  try {
    io.bind(socket, internetAddress(io, listen.ip, listen.port))
    const wire = standIn ? openStandIn(tools, {device, socket, far: standIn}) : openTun(tools, {netns, device, socket})
    return forwarding(io, {wire, socket, forwarder})
  } catch (error) {
    io.close(socket)
    throw error
  }
}

/** How many packets of one descriptor are moved before the others have their turn. */
const turn = 64

function forwarding(
  io: PacketIo,
  {wire, socket, forwarder}: {wire: Wire; socket: number; forwarder: UdpForwarder},
): Forwarding {
  const {mtu, address, listen} = forwarder
  const packet = io.memory(mtu)
  const nodes = new Map<Ip, Memory>()
  let find: Find<Memory> = () => undefined

  const nodeAt = (ip: Ip) => {
    const known = nodes.get(ip) ?? internetAddress(io, ip, listen.port)
    nodes.set(ip, known)
    return known
  }

  const setRoutes = (routes: readonly UdpRoute[]) => {
    find = routeTable(routes.map(({subnet, publicIp}) => ({subnet, to: nodeAt(publicIp)})))
  }

  const complain = (length: number) => {
    const message = netUnreachable(packet.bytes, length, ipNumber(address))
    if (message === undefined) return
    packet.bytes.set(message)
    wire.send(packet, message.length)
  }

  setRoutes(forwarder.routes)
  return {
    wire: wire.fd,
    socket,
    unguarded: wire.outlives ? [socket, wire.fd] : [socket],
    setRoutes,
    fromWire: () => {
      for (let count = 0; count < turn; count++) {
        const length = wire.receive(packet, mtu)
        if (length < 0) return refuseGone(-length)
        const node = outbound(packet.bytes, length, find)
        if (node === 'unreachable') complain(length)
        else if (node !== 'drop') io.send(socket, packet, length, node)
      }
    },
    fromSocket: () => {
      for (let count = 0; count < turn; count++) {
        const length = io.receive(socket, packet, mtu)
        if (length < 0) return
        if (inbound(packet.bytes, length)) wire.send(packet, length)
      }
    },
    close: () => {
      wire.close()
      io.close(socket)
    },
  }
}

/** That there is nothing more to read is no failure; that the device was deleted is one. */
function refuseGone(code: number): void {
  if (code === errno.badState || code === errno.down) throw new Error('flannel0 is gone')
}
