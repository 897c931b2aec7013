import {acknowledgementIn, loadNetlinkSockets, type NetlinkSocket} from '../netlink-socket.ts'
import {type Flows, isAmong} from './flows.ts'
import {deletionRequest, listRequest, readList, type Tracked} from './messages.ts'

/**
 * Makes the kernel forget connections of the network namespace that the calling thread is in: one look at all that it knows, then a request
 * for each that is meant. False when it cannot be asked; whoever asked may try `conntrack` then, which says why.
 */
export type Forget = (flows: readonly Flows[]) => boolean

export function loadForget(): Forget {
  const open = loadNetlinkSockets()
  return flows => {
    const socket = open(netfilterProtocol)
    if (!socket) return false
    try {
      const all = listed(socket)
      return all?.filter(isAmong(flows)).every(connection => remove(socket, connection)) ?? false
    } finally {
      socket.close()
    }
  }
}

/** More than once when the table changed meanwhile is no harm; a list that breaks off is no list. */
function listed(socket: NetlinkSocket): readonly Tracked[] | undefined {
  if (!socket.send(listRequest())) return undefined
  const all: Tracked[] = []
  for (;;) {
    const bytes = socket.receive()
    const read = bytes && readList(bytes)
    if (!read) return undefined
    all.push(...read.found)
    if (read.over !== undefined) return read.over === 0 ? all : undefined
  }
}

/** One that has ended by itself meanwhile is forgotten, too. */
function remove(socket: NetlinkSocket, connection: Tracked): boolean {
  if (!socket.send(deletionRequest(connection))) return false
  const error = acknowledgementIn(socket.receive())
  return error === 0 || error === notThere
}

/* NETLINK_NETFILTER; ENOENT */
const [netfilterProtocol, notThere] = [12, 2]
