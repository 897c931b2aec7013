import {type Cidr, everywhere, hostCidr, parseAnyNetwork} from '../../net/cidr.ts'
import type {IpFamily} from '../../net/ip.ts'
import {parseAnyIp} from '../../net/ip6.ts'
import type {Route} from '../state.ts'

/** One entry of `ip -j -d route`, as far as podlab reads it. */
type IpRoute = {
  readonly type: string
  readonly dst: string
  readonly gateway?: string
  readonly dev?: string
  readonly protocol?: string
  readonly flags: readonly string[]
}

/**
 * The routes of the main table that are of one family. Those that the kernel made (`proto kernel`) are left out, and so are those that podlab does not
 * make and a Route cannot say: blackholes and their like, routes over several gateways.
 */
export function parseRoutes(document: readonly unknown[], family: IpFamily = 'IPv4'): Route[] {
  return (document as readonly IpRoute[]).flatMap(({type, dst, gateway, dev: link, protocol, flags}) => {
    if (type !== 'unicast' || protocol === 'kernel' || link === undefined) return []
    const via = gateway === undefined ? {} : {via: parseAnyIp(gateway)}
    return [{to: parseDestination(dst, family), ...via, link, ...(flags.includes('onlink') && {onlink: true})}]
  })
}

function parseDestination(text: string, family: IpFamily): Cidr {
  if (text === 'default') return everywhere(family)
  return text.includes('/') ? parseAnyNetwork(text) : hostCidr(parseAnyIp(text))
}
