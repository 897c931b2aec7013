import {parseAnyCidr} from '../../net/cidr.ts'
import type {LinkAddress} from '../state.ts'

/** One entry of `ip -j addr`, as far as podlab reads it. */
type IpLinkAddresses = {
  readonly ifname: string
  readonly addr_info: readonly {readonly local: string; readonly prefixlen: number; readonly scope: string}[]
}

/** The addresses of a namespace, but those that the kernel makes: loopback's 127.0.0.1/8 and ::1/128, and a link's own fe80::.../64. */
export function parseAddresses(document: readonly unknown[]): LinkAddress[] {
  return (document as readonly IpLinkAddresses[]).flatMap(({ifname: link, addr_info: addresses}) =>
    addresses
      .filter(({local, scope}) => !local.includes(':') || scope === 'global')
      .map(({local, prefixlen}) => ({link, address: parseAnyCidr(`${local}/${prefixlen}`)}))
      .filter(({address}) => !(link === 'lo' && address === '127.0.0.1/8')),
  )
}
