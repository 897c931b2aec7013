import koffi from 'koffi'

/** A socket to the kernel itself, in the network namespace that the calling thread was in when it was opened. */
export type NetlinkSocket = {
  /** Whether all bytes were taken. */
  send(bytes: Buffer): boolean
  /** The next message that waits; undefined when none does. The kernel answers before `send` returns. */
  receive(): Buffer | undefined
  close(): void
}

/** Loads the C library; a few milliseconds, once a thread. Opening answers undefined where the kernel has no such protocol. */
export function loadNetlinkSockets(): (protocol: number) => NetlinkSocket | undefined {
  const libc = koffi.load('libc.so.6')
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const send = libc.func('long send(int fd, const void *bytes, size_t length, int flags)')
  const receive = libc.func('long recv(int fd, void *bytes, size_t length, int flags)')
  const close = libc.func('int close(int fd)')
  return protocol => {
    const fd = socket(netlinkDomain, rawCloseOnExec, protocol)
    if (fd < 0) return undefined
    const room = Buffer.alloc(32_768)
    return {
      send: bytes => Number(send(fd, bytes, bytes.length, 0)) === bytes.length,
      receive: () => {
        const length = Number(receive(fd, room, room.length, dontWait))
        return length < 0 ? undefined : room.subarray(0, length)
      },
      close: () => void close(fd),
    }
  }
}

/* AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, MSG_DONTWAIT */
const [netlinkDomain, rawCloseOnExec, dontWait] = [16, 0x80003, 0x40]

/** What came of a request that wants an acknowledgement: the number of the error, 0 when it was done; undefined when it is none. */
export function acknowledgementIn(bytes: Buffer | undefined): number | undefined {
  return bytes && bytes.length >= 20 && bytes.readUInt16LE(4) === errorType ? 0 - bytes.readInt32LE(16) : undefined
}

/* NLMSG_ERROR */
const errorType = 2
