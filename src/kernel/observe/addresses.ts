import {parseCidr} from '../../net/cidr.ts'
import type {LinkAddress} from '../state.ts'

/** One entry of `ip -j addr`, as far as podlab reads it. */
type IpLinkAddresses = {
  readonly ifname: string
  readonly addr_info: readonly {readonly family: string; readonly local: string; readonly prefixlen: number}[]
}

/** The IPv4 addresses of a namespace, but loopback's 127.0.0.1/8, which comes and goes with it. */
export function parseAddresses(document: readonly unknown[]): LinkAddress[] {
  return (document as readonly IpLinkAddresses[]).flatMap(({ifname: link, addr_info: addresses}) =>
    addresses
      .filter(({family}) => family === 'inet')
      .map(({local, prefixlen}) => ({link, address: parseCidr(`${local}/${prefixlen}`)}))
      .filter(({address}) => !(link === 'lo' && address === '127.0.0.1/8')),
  )
}
