import {type Cidr, parseNetwork} from '../../net/cidr.ts'
import {parseIp} from '../../net/ip.ts'
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
 * The routes of the main table. Those that the kernel made (`proto kernel`) are left out, and so are those that podlab does not
 * make and a Route cannot say: blackholes and their like, routes over several gateways.
 */
export function parseRoutes(document: readonly unknown[]): Route[] {
  return (document as readonly IpRoute[]).flatMap(({type, dst, gateway, dev: link, protocol, flags}) => {
    if (type !== 'unicast' || protocol === 'kernel' || link === undefined) return []
    const via = gateway === undefined ? {} : {via: parseIp(gateway)}
    return [{to: parseDestination(dst), ...via, link, ...(flags.includes('onlink') && {onlink: true})}]
  })
}

function parseDestination(text: string): Cidr {
  if (text === 'default') return parseNetwork('0.0.0.0/0')
  return parseNetwork(text.includes('/') ? text : `${text}/32`)
}
