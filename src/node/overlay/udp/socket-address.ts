import type {Memory, PacketIo} from '../../../kernel/packet-io.ts'
import {type Ip, ipNumber} from '../../../net/ip.ts'
import type {Mac} from '../../../net/mac.ts'

/** `AF_*`, `SOCK_*` and an Ethernet protocol, of sys/socket.h and linux/if_ether.h. */
export const family = {inet: 2, packet: 17}
export const datagram = 2
export const ipv4Protocol = 0x0800

/** `struct sockaddr_in`. */
export function internetAddress(io: PacketIo, ip: Ip, port: number): Memory {
  const memory = io.memory(16)
  memory.bytes.fill(0)
  memory.view.setUint16(0, family.inet, true)
  memory.view.setUint16(2, port)
  memory.view.setUint32(4, ipNumber(ip))
  return memory
}

/** `struct sockaddr_ll`: IPv4 on an interface; with a MAC, to that station. */
export function packetAddress(io: PacketIo, index: number, mac?: Mac): Memory {
  const memory = io.memory(20)
  memory.bytes.fill(0)
  memory.view.setUint16(0, family.packet, true)
  memory.view.setUint16(2, ipv4Protocol)
  memory.view.setInt32(4, index, true)
  if (mac !== undefined) {
    memory.view.setUint8(11, 6)
    memory.bytes.set(Buffer.from(mac.replaceAll(':', ''), 'hex'), 12)
  }
  return memory
}
