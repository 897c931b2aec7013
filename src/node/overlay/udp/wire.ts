import {closeSync, constants, openSync} from 'node:fs'
import type {Namespaces} from '../../../kernel/namespaces.ts'
import {netnsPath} from '../../../kernel/netns-path.ts'
import type {Memory, PacketIo} from '../../../kernel/packet-io.ts'
import {attachTun, computeChecksums, interfaceIndex, noticeLink, setUp} from './interface-request.ts'
import {datagram, family, packetAddress} from './socket-address.ts'
import type {UdpForwarder} from './udp-forwarder.ts'

/** The daemon's side of flannel0: packets that the node sends there, and packets for the node. */
export type Wire = {
  readonly fd: number
  /** How long the packet is that was read, or the negative of an errno. */
  receive(to: Memory, size: number): number
  send(packet: Memory, size: number): number
  close(): void
  /** Whether the descriptor stays open when the thread ends without closing it. */
  readonly outlives: boolean
}

export type Tools = {readonly io: PacketIo; readonly namespaces: Namespaces}

/** Where TUN devices are made; not every machine has it, nor lets everybody use it. */
export const tunFile = '/dev/net/tun'

/**
 * Takes over a node's flannel0. It then goes when the descriptor is closed, and node closes what it has opened when the thread
 * ends: a daemon that dies takes its device along. `socket` is any socket of the node's namespace.
 */
export function openTun(
  {io, namespaces}: Tools,
  {netns, device, socket}: {netns: string; device: string; socket: number},
): Wire {
  const fd = namespaces.within({join: {net: netnsPath(netns)}}, () =>
    openSync(tunFile, constants.O_RDWR | constants.O_NONBLOCK),
  )
  try {
    attachTun(io, fd, device)
    noticeLink(io, socket, device)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return {
    fd,
    receive: (to, size) => io.read(fd, to, size),
    send: (packet, size) => io.write(fd, packet, size),
    close: () => closeSync(fd),
    outlives: false,
  }
}

/**
 * Where there is no TUN device to be had: the far end of a veth pair of which flannel0 is the near one. A packet socket there gets
 * what the node sends, and what it sends the node gets.
 */
export function openStandIn(
  {io, namespaces}: Tools,
  {device, socket, far}: {device: string; socket: number; far: NonNullable<UdpForwarder['standIn']>},
): Wire {
  const fd = namespaces.within({join: {net: netnsPath(far.netns)}}, () => io.socket(family.packet, datagram, 0))
  try {
    setUp(io, socket, {name: device, noArp: true})
    computeChecksums(io, socket, device)
    setUp(io, fd, {name: far.name, noArp: true})
    noticeLink(io, fd, far.name)
    noticeLink(io, socket, device)
    const index = interfaceIndex(io, fd, far.name)
    io.bind(fd, packetAddress(io, index))
    const node = packetAddress(io, index, far.mac)
    return {
      fd,
      receive: (to, size) => io.receive(fd, to, size),
      send: (packet, size) => io.send(fd, packet, size, node),
      close: () => io.close(fd),
      outlives: true,
    }
  } catch (error) {
    io.close(fd)
    throw error
  }
}
