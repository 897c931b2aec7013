import type {Memory, PacketIo} from '../../../kernel/packet-io.ts'

/*
 * `struct ifreq`: how a program speaks to the kernel of one interface, by its name, through any socket of its namespace (or through
 * an open /dev/net/tun). 16 bytes of name, then what the request is about.
 */

const requests = {
  getFlags: 0x8913,
  setFlags: 0x8914,
  getIndex: 0x8933,
  ethtool: 0x8946,
  tunSetInterface: 0x400454ca,
  tunSetPersistent: 0x400454cb,
}
const about = 16
const requestSize = 40

const flags = {up: 0x1, noArp: 0x80, tun: 0x1, noPacketInformation: 0x1000}

/** The number of an interface. */
export function interfaceIndex(io: PacketIo, fd: number, name: string): number {
  const request = requestFor(io, name)
  io.ioctl(fd, requests.getIndex, request.address)
  return request.view.getInt32(about, true)
}

/** Sets an interface up, and as one that needs no ARP if so wished: who sends on it, means the one at the other end. */
export function setUp(io: PacketIo, fd: number, {name, noArp}: {readonly name: string; readonly noArp: boolean}): void {
  const request = requestFor(io, name)
  io.ioctl(fd, requests.getFlags, request.address)
  const present = request.view.getInt16(about, true)
  request.view.setInt16(about, present | flags.up | (noArp ? flags.noArp : 0), true)
  io.ioctl(fd, requests.setFlags, request.address)
}

/**
 * A veth pair does not compute checksums, and carries packets of up to 64 KiB: both ends lie in one kernel, which knows. A program
 * at one end must get them as they would be on a wire (`ethtool -K NAME tx off`).
 */
export function computeChecksums(io: PacketIo, fd: number, name: string): void {
  const setTransmitChecksums = 0x17
  ethtool(io, fd, {name, command: setTransmitChecksums})
}

/**
 * Asks for an interface's link state. The kernel notices in its own time that a link has come up, and drops what is sent until
 * then; when it is asked, it notices at once.
 */
export function noticeLink(io: PacketIo, fd: number, name: string): void {
  const getLink = 0xa
  ethtool(io, fd, {name, command: getLink})
}

/* `struct ethtool_value`: the command, and the value 0. */
function ethtool(io: PacketIo, fd: number, {name, command}: {readonly name: string; readonly command: number}): void {
  const value = io.memory(8)
  value.view.setUint32(0, command, true)
  value.view.setUint32(4, 0, true)
  const request = requestFor(io, name)
  request.view.setBigUint64(about, BigInt(value.address), true)
  io.ioctl(fd, requests.ethtool, request.address)
}

/** Makes an open /dev/net/tun the other side of a TUN device, which from now on goes when the descriptor is closed. */
export function attachTun(io: PacketIo, fd: number, name: string): void {
  const request = requestFor(io, name)
  request.view.setInt16(about, flags.tun | flags.noPacketInformation, true)
  io.ioctl(fd, requests.tunSetInterface, request.address)
  io.ioctl(fd, requests.tunSetPersistent, 0)
}

function requestFor(io: PacketIo, name: string): Memory {
  const memory = io.memory(requestSize)
  memory.bytes.fill(0)
  memory.bytes.set(new TextEncoder().encode(name).subarray(0, about - 1))
  return memory
}
