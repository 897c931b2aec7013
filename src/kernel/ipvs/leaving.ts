import type {IpvsConnections, IpvsTable, VirtualServer} from './table.ts'

/**
 * An endpoint that goes is not cut off: its connections over TCP may end by themselves. It stays a real server, of weight 0, so that no new connection
 * comes to it, until it has none left. UDP has no connections to wait for.
 */
export function withLeaving(before: IpvsTable, wanted: IpvsTable): IpvsTable {
  const changed: Record<string, VirtualServer> = {}
  for (const [key, server] of Object.entries(wanted)) {
    const old = before[key]
    if (old === undefined || old === server || server.protocol !== 'tcp') continue
    const leaving = Object.keys(old.servers).filter(name => !(name in server.servers))
    if (leaving.length === 0) continue
    changed[key] = {...server, servers: {...server.servers, ...Object.fromEntries(leaving.map(name => [name, 0]))}}
  }
  return {...wanted, ...changed}
}

/** The table without those that were leaving and have no connection any more. The same table when there are none. */
export function withoutDone(table: IpvsTable, connections: IpvsConnections): IpvsTable {
  const isDone = (key: string, name: string, weight: number) => {
    const {active = 0, inactive = 0} = connections[key]?.[name] ?? {}
    return weight === 0 && active + inactive === 0
  }
  const changed: Record<string, VirtualServer> = {}
  for (const [key, server] of Object.entries(table)) {
    if (!isLeft(server)) continue
    const left = Object.entries(server.servers).filter(([name, weight]) => !isDone(key, name, weight))
    if (left.length < Object.keys(server.servers).length) changed[key] = {...server, servers: Object.fromEntries(left)}
  }
  return Object.keys(changed).length > 0 ? {...table, ...changed} : table
}

/** Whether any real server is leaving. */
export function hasLeaving(table: IpvsTable): boolean {
  return Object.values(table).some(isLeft)
}

function isLeft({servers}: VirtualServer): boolean {
  for (const name in servers) if (servers[name] === 0) return true
  return false
}
