import {parseAnyIp} from '../../net/ip6.ts'
import {parseMac} from '../../net/mac.ts'
import type {FdbEntry} from '../state.ts'

/** One entry of `bridge -j fdb`, as far as podlab reads it. */
type BridgeFdbEntry = {
  readonly mac: string
  readonly ifname: string
  readonly dst?: string
  readonly state?: string
}

/** The permanent entries that name a remote node; a bridge's own, and what it has learned, have none. */
export function parseFdb(document: readonly unknown[]): FdbEntry[] {
  return (document as readonly BridgeFdbEntry[]).flatMap(({mac, ifname: link, dst, state}) =>
    dst !== undefined && state === 'permanent' ? [{link, mac: parseMac(mac), remote: parseAnyIp(dst)}] : [],
  )
}
