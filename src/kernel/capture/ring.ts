import koffi from 'koffi'
import {SyscallError} from '../syscalls.ts'

/**
 * A packet socket (AF_PACKET) with a ring of memory that it shares with the kernel (TPACKET_V3): the kernel fills block after
 * block with packets and their times, and no system call is made for any of them. A socket's ordinary buffer is too small for
 * bursts, and without root it cannot be made larger; the ring can be.
 */
export type PacketRing = {
  readonly fd: number
  /** Takes out the next block that the kernel has filled; undefined when there is none yet. Its packets are copies. */
  next(): readonly RingPacket[] | undefined
  /** How many packets the kernel has seen since the last call, and how many of those found no room. */
  statistics(): {readonly received: number; readonly dropped: number}
}

export type RingPacket = {
  readonly link: number
  /** The kernel's number for the kind of link (ARPHRD_*). */
  readonly linkKind: number
  readonly at: bigint
  readonly outgoing: boolean
  readonly length: number
  readonly bytes: Uint8Array
}

/** Opens the ring in the network namespace of the calling thread: on one interface, by its number, or on all (0). */
export function openRing(link: number): PacketRing {
  const libc = koffi.load('libc.so.6')
  const check = (call: string, result: number | bigint) => {
    if (Number(result) < 0) throw new SyscallError(call, koffi.errno())
    return Number(result)
  }
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint length)')
  const getsockopt = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)')
  const bind = libc.func('int bind(int fd, const void *address, uint length)')
  const mmap = libc.func('void *mmap(void *at, size_t length, int access, int flags, int fd, long offset)')

  const fd = check('socket(AF_PACKET)', socket(family, socketRaw, 0))
  check('setsockopt(PACKET_VERSION)', setsockopt(fd, level, option.version, words(version3), 4))
  const request = words(blockSize, blocks, frameSize, (blockSize / frameSize) * blocks, fillWithinMs, 0, 0)
  check('setsockopt(PACKET_RX_RING)', setsockopt(fd, level, option.ring, request, request.length))
  const at = mmap(null, blockSize * blocks, readAndWrite, shared, fd, 0)
  if (koffi.address(at) === failed) throw new SyscallError('mmap', koffi.errno())
  const memory = Buffer.from(koffi.view(at, blockSize * blocks))
  check(`bind(interface ${link})`, bind(fd, linkAddress(link), 20))

  let current = 0
  return {
    fd,
    next: () => {
      const block = memory.subarray(current * blockSize, (current + 1) * blockSize)
      if ((block.readUInt32LE(blockField.status) & ours) === 0) return undefined
      const packets = readBlock(block)
      block.writeUInt32LE(0, blockField.status)
      current = (current + 1) % blocks
      return packets
    },
    statistics: () => {
      const counts = Buffer.alloc(12)
      check('getsockopt(PACKET_STATISTICS)', getsockopt(fd, level, option.statistics, counts, words(12)))
      return {received: counts.readUInt32LE(0), dropped: counts.readUInt32LE(4)}
    },
  }
}

/* linux/if_packet.h, linux/if_ether.h, sys/mman.h */
const family = 17
const socketRaw = 3
const everyProtocol = 0x0003
const level = 263
const option = {ring: 5, statistics: 6, version: 10}
const version3 = 2
const readAndWrite = 3
const shared = 1
const failed = 0xffff_ffff_ffff_ffffn

/* 64 blocks of 256 KiB; one that is not full is handed over after 20 ms, so that nobody waits for a single packet. */
const blockSize = 1 << 18
const blocks = 64
const frameSize = 2048
const fillWithinMs = 20

/* struct tpacket_hdr_v1, whose block begins with two words more. */
const blockField = {status: 8, count: 12, first: 16}
const ours = 1

/* struct tpacket3_hdr, and the sockaddr_ll after it. */
const packetField = {next: 0, seconds: 4, nanoseconds: 8, kept: 12, length: 16, at: 24, address: 48}
const addressField = {link: 4, kind: 8, direction: 10}
const outgoing = 4

function readBlock(block: Buffer): readonly RingPacket[] {
  const packets: RingPacket[] = []
  let at = block.readUInt32LE(blockField.first)
  for (let count = block.readUInt32LE(blockField.count); count > 0; count--) {
    const address = at + packetField.address
    const begin = at + block.readUInt16LE(at + packetField.at)
    packets.push({
      link: block.readInt32LE(address + addressField.link),
      linkKind: block.readUInt16LE(address + addressField.kind),
      at:
        BigInt(block.readUInt32LE(at + packetField.seconds)) * 1_000_000_000n +
        BigInt(block.readUInt32LE(at + packetField.nanoseconds)),
      outgoing: block[address + addressField.direction] === outgoing,
      length: block.readUInt32LE(at + packetField.length),
      bytes: Buffer.from(block.subarray(begin, begin + block.readUInt32LE(at + packetField.kept))),
    })
    at += block.readUInt32LE(at + packetField.next)
  }
  return packets
}

function linkAddress(link: number): Buffer {
  const address = Buffer.alloc(20)
  address.writeUInt16LE(family, 0)
  address.writeUInt16BE(everyProtocol, 2)
  address.writeInt32LE(link, 4)
  return address
}

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4)
  return bytes
}
