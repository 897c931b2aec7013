import {decrementTtl, destinationOf, isIpv4} from './packet.ts'
import type {Find} from './route-table.ts'

/**
 * What becomes of a packet that the node gave to flannel0: it goes to a node, it is dropped, or its sender is told that nobody
 * knows the way. flannel counts as a router, so a packet that goes on has lost one of its time to live, where it lies.
 */
export function outbound<T extends object>(
  packet: Uint8Array,
  length: number,
  find: Find<T>,
): T | 'drop' | 'unreachable' {
  if (!isIpv4(packet, length)) return 'drop'
  const node = find(destinationOf(packet))
  if (node === undefined) return 'unreachable'
  return decrementTtl(packet) ? node : 'drop'
}

/** Whether a packet that came from another node is given to this one; it loses another of its time to live. */
export function inbound(packet: Uint8Array, length: number): boolean {
  return isIpv4(packet, length) && decrementTtl(packet)
}
