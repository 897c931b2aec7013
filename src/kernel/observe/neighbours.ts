import {parseIp} from '../../net/ip.ts'
import {parseMac} from '../../net/mac.ts'
import type {Neighbour} from '../state.ts'

/** One entry of `ip -j neigh`, as far as podlab reads it. */
type IpNeighbour = {
  readonly dst: string
  readonly dev: string
  readonly lladdr?: string
  readonly state: readonly string[]
}

/** The permanent IPv4 neighbours: what the kernel has learned by ARP is its own affair. */
export function parseNeighbours(document: readonly unknown[]): Neighbour[] {
  return (document as readonly IpNeighbour[]).flatMap(({dst, dev: link, lladdr, state}) =>
    state.includes('PERMANENT') && lladdr !== undefined && !dst.includes(':')
      ? [{link, ip: parseIp(dst), mac: parseMac(lladdr)}]
      : [],
  )
}
