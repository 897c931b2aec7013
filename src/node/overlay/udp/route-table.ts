import {addressOf, type Cidr, prefixLength} from '../../../net/cidr.ts'
import {ipNumber} from '../../../net/ip.ts'

/** Finds what lies behind an address, an unsigned 32-bit number; undefined when nothing does. */
export type Find<T> = (destination: number) => T | undefined

/**
 * What lies behind the addresses of some subnets; of two that hold an address, the smaller counts. flannel walks a list and brings
 * what it found one place forward. Here a table for each prefix length (as a rule there is one) is asked for the network of the
 * destination.
 */
export function routeTable<T>(routes: readonly {readonly subnet: Cidr; readonly to: T}[]): Find<T> {
  const tables = [...Map.groupBy(routes, ({subnet}) => prefixLength(subnet))]
    .toSorted(([a], [b]) => b - a)
    .map(([length, members]) => ({
      mask: length === 0 ? 0 : -1 << (32 - length),
      places: new Map(members.map(({subnet, to}) => [ipNumber(addressOf(subnet)) | 0, to])),
    }))
  return destination => {
    for (const {mask, places} of tables) {
      const to = places.get(destination & mask)
      if (to !== undefined) return to
    }
    return undefined
  }
}
