import koffi from 'koffi'
import {requestOf} from './netlink-requests.ts'
import type {Op} from './op.ts'

/**
 * Applies ops (for which `areRequests` holds) to the network namespace that the calling thread is in, by requests to the kernel itself.
 * False when a link is not there or the kernel refused one: the others may have been done. Ops may be applied twice, so all can go
 * through the tools then, and those say which it was and why.
 */
export type Netlink = (ops: readonly Op[]) => boolean

/** Loads the C library; a few milliseconds, once a thread. */
export function loadNetlink(): Netlink {
  const libc = koffi.load('libc.so.6')
  const socket = libc.func('int socket(int domain, int type, int protocol)')
  const send = libc.func('long send(int fd, const void *bytes, size_t length, int flags)')
  const receive = libc.func('long recv(int fd, void *bytes, size_t length, int flags)')
  const close = libc.func('int close(int fd)')
  const indexOfName = libc.func('unsigned int if_nametoindex(const char *name)')

  /* The kernel answers each request before `send` returns; an answer that is not there was lost. */
  const acknowledged = (fd: number): boolean => {
    const answer = Buffer.alloc(4096)
    const length = Number(receive(fd, answer, answer.length, dontWait))
    return length >= 20 && answer.readUInt16LE(4) === errorType && answer.readInt32LE(16) === 0
  }

  return ops => {
    const requests = ops.map(op => requestOf(op, name => indexOfName(name) || undefined))
    if (!requests.every(request => request !== undefined)) return false
    const fd = socket(netlinkDomain, rawCloseOnExec, routeProtocol)
    if (fd < 0) return false
    try {
      const bytes = Buffer.concat(requests)
      return Number(send(fd, bytes, bytes.length, 0)) === bytes.length && requests.every(() => acknowledged(fd))
    } finally {
      close(fd)
    }
  }
}

/* AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE, MSG_DONTWAIT, NLMSG_ERROR (an acknowledgement is error 0) */
const [netlinkDomain, rawCloseOnExec, routeProtocol, dontWait, errorType] = [16, 0x80003, 0, 0x40, 2]
