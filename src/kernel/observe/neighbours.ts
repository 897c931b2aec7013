import {parseAnyIp} from '../../net/ip6.ts'
import {parseMac} from '../../net/mac.ts'
import type {Neighbour} from '../state.ts'

/** One entry of `ip -j neigh`, as far as podlab reads it. */
type IpNeighbour = {
  readonly dst: string
  readonly dev: string
  readonly lladdr?: string
  readonly state: readonly string[]
}

/** The permanent neighbours: what the kernel has learned by ARP or ND is its own affair. */
export function parseNeighbours(document: readonly unknown[]): Neighbour[] {
  return (document as readonly IpNeighbour[]).flatMap(({dst, dev: link, lladdr, state}) =>
    state.includes('PERMANENT') && lladdr !== undefined ? [{link, ip: parseAnyIp(dst), mac: parseMac(lladdr)}] : [],
  )
}
