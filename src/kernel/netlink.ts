import koffi from 'koffi'
import {requestOf} from './netlink-requests.ts'
import {acknowledgementIn, loadNetlinkSockets} from './netlink-socket.ts'
import type {Op} from './op.ts'

/**
 * Applies ops (for which `areRequests` holds) to the network namespace that the calling thread is in, by requests to the kernel itself.
 * False when a link is not there or the kernel refused one: the others may have been done. Ops may be applied twice, so all can go
 * through the tools then, and those say which it was and why.
 */
export type Netlink = (ops: readonly Op[]) => boolean

/** Loads the C library; a few milliseconds, once a thread. */
export function loadNetlink(): Netlink {
  const open = loadNetlinkSockets()
  const indexOfName = koffi.load('libc.so.6').func('unsigned int if_nametoindex(const char *name)')

  return ops => {
    const requests = ops.map(op => requestOf(op, name => indexOfName(name) || undefined))
    if (!requests.every(request => request !== undefined)) return false
    const socket = open(routeProtocol)
    if (!socket) return false
    try {
      return socket.send(Buffer.concat(requests)) && requests.every(() => acknowledgementIn(socket.receive()) === 0)
    } finally {
      socket.close()
    }
  }
}

/* NETLINK_ROUTE */
const routeProtocol = 0
