import type {IpvsConnections, IpvsTable} from './table.ts'

/**
 * An endpoint that goes is not cut off: its connections over TCP may end by themselves. It stays a real server, of weight 0, so that no new connection
 * comes to it, until it has none left. UDP has no connections to wait for.
 */
export function withLeaving(before: IpvsTable, wanted: IpvsTable): IpvsTable {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, server]) => {
      const old = server.protocol === 'tcp' ? Object.keys(before[key]?.servers ?? {}) : []
      const leaving = old.filter(name => !(name in server.servers))
      if (leaving.length === 0) return [key, server]
      return [key, {...server, servers: {...server.servers, ...Object.fromEntries(leaving.map(name => [name, 0]))}}]
    }),
  )
}

/** The table without those that were leaving and have no connection any more. The same table when there are none. */
export function withoutDone(table: IpvsTable, connections: IpvsConnections): IpvsTable {
  const isDone = (key: string, name: string, weight: number) => {
    const {active = 0, inactive = 0} = connections[key]?.[name] ?? {}
    return weight === 0 && active + inactive === 0
  }
  let changed = false
  const entries = Object.entries(table).map(([key, server]) => {
    const left = Object.entries(server.servers).filter(([name, weight]) => !isDone(key, name, weight))
    if (left.length === Object.keys(server.servers).length) return [key, server] as const
    changed = true
    return [key, {...server, servers: Object.fromEntries(left)}] as const
  })
  return changed ? Object.fromEntries(entries) : table
}

/** Whether any real server is leaving. */
export function hasLeaving(table: IpvsTable): boolean {
  return Object.values(table).some(({servers}) => Object.values(servers).includes(0))
}
