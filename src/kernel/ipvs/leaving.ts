import {tablesToCompare, thoseLeavingIn, withThoseLeaving} from './parts.ts'
import type {IpvsConnections, IpvsPlan, IpvsTable, VirtualServer} from './table.ts'

/**
 * An endpoint that goes is not cut off: its connections over TCP may end by themselves. It stays a real server, of weight 0, so that no new connection
 * comes to it, until it has none left. UDP has no connections to wait for.
 */
export function keepingLeaving(before: IpvsPlan, wanted: IpvsPlan): IpvsPlan {
  const leaving = leavingBetween(...tablesToCompare(before, wanted))
  return isEmpty(leaving) ? wanted : withThoseLeaving(wanted, leaving)
}

/** The keys of those virtual servers from which real servers leave that have not left before. */
export function newlyLeaving(before: IpvsPlan | undefined, after: IpvsPlan): readonly string[] {
  const old = before === undefined ? {} : thoseLeavingIn(before)
  return Object.entries(thoseLeavingIn(after)).flatMap(([key, {servers}]) => {
    const isNew = (name: string) => servers[name] === 0 && old[key]?.servers[name] !== 0
    return Object.keys(servers).some(isNew) ? [key] : []
  })
}

/**
 * The plan without those that were leaving and have no connection any more, as far as connections were counted: of virtual servers that are not among
 * them nobody knows. The same plan when there are none.
 */
export function withoutDone(plan: IpvsPlan, connections: IpvsConnections): IpvsPlan {
  const left = Object.entries(thoseLeavingIn(plan)).map(([key, server]) => {
    const counted = connections[key]
    return {key, server, next: counted === undefined ? server : staying(server, counted)}
  })
  if (left.every(({server, next}) => server === next)) return plan
  const still = left.filter(({next}) => isLeft(next)).map(({key, next}) => [key, next] as const)
  return withThoseLeaving(plan, Object.fromEntries(still))
}

function leavingBetween(before: IpvsTable, wanted: IpvsTable): IpvsTable {
  const found: Record<string, VirtualServer> = {}
  for (const [key, server] of Object.entries(wanted)) {
    const old = before[key]
    if (old === undefined || old === server || server.protocol !== 'tcp') continue
    const leaving = Object.keys(old.servers).filter(name => !(name in server.servers))
    if (leaving.length === 0) continue
    found[key] = {...server, servers: {...server.servers, ...Object.fromEntries(leaving.map(name => [name, 0]))}}
  }
  return found
}

function staying(server: VirtualServer, counted: IpvsConnections[string]): VirtualServer {
  const isDone = (name: string) => {
    const {active = 0, inactive = 0} = counted[name] ?? {}
    return active + inactive === 0
  }
  const left = Object.entries(server.servers).filter(([name, weight]) => weight > 0 || !isDone(name))
  return left.length === Object.keys(server.servers).length ? server : {...server, servers: Object.fromEntries(left)}
}

function isLeft({servers}: VirtualServer): boolean {
  return Object.values(servers).includes(0)
}

function isEmpty(table: IpvsTable): boolean {
  return Object.keys(table).length === 0
}
