import {tablesToCompare} from './parts.ts'
import type {IpvsChange, IpvsPlan, IpvsTable, VirtualServer} from './table.ts'

/**
 * The way from one plan to the next of the same owner, as lines of `ipvsadm -R`; undefined when there is nothing to do. It is as long as the change is.
 * A virtual server that stays keeps its connections, whatever becomes of its scheduler or its real servers.
 */
export function ipvsChangeBetween(previous: IpvsPlan | undefined, next: IpvsPlan): IpvsChange | undefined {
  return previous === undefined ? changeOf({}, next.table) : changeOf(...tablesToCompare(previous, next))
}

/** The same from whatever the kernel holds. */
export function ipvsChangeFrom(observed: IpvsTable, {table}: IpvsPlan): IpvsChange | undefined {
  return changeOf(observed, table)
}

function changeOf(before: IpvsTable, after: IpvsTable): IpvsChange | undefined {
  const changed = Object.entries(after).flatMap(([key, server]) => {
    const commands = before[key] === server ? [] : steps(key, before[key], server)
    return commands.length === 0 ? [] : [{key, server, commands}]
  })
  const gone = Object.keys(before).filter(key => !(key in after))
  const commands = [...changed.flatMap(({commands}) => commands), ...gone.map(key => `-D ${key}`)]
  if (commands.length === 0) return undefined
  const set = Object.fromEntries(changed.map(({key, server}) => [key, server]))
  return {backend: 'ipvs', commands, set, remove: gone}
}

/** The change as `ipvsadm -R` takes it. */
export function printIpvsChange({commands}: IpvsChange): string {
  return commands.map(command => `${command}\n`).join('')
}

/** A table as `ipvsadm -Sn` prints it. */
export function printIpvsTable(table: IpvsTable): string {
  const lines = Object.entries(table).flatMap(([key, server]) => steps(key, undefined, server))
  return lines.map(line => `${line}\n`).join('')
}

function steps(key: string, before: VirtualServer | undefined, after: VirtualServer): string[] {
  const old = before?.servers ?? {}
  const settings = settingsOf(after)
  const isChanged = before !== undefined && settingsOf(before) !== settings
  return [
    ...(before === undefined ? [`-A ${key} ${settings}`] : isChanged ? [`-E ${key} ${settings}`] : []),
    ...Object.entries(after.servers).flatMap(([server, weight]) => {
      if (old[server] === weight) return []
      return [`${old[server] === undefined ? '-a' : '-e'} ${key} -r ${server} -m -w ${weight}`]
    }),
    ...Object.keys(old).flatMap(server => (server in after.servers ? [] : [`-d ${key} -r ${server}`])),
  ]
}

function settingsOf({scheduler, persistSeconds, flags}: VirtualServer): string {
  const persistence = persistSeconds === undefined ? [] : ['-p', String(persistSeconds)]
  return ['-s', scheduler, ...persistence, ...(flags === undefined ? [] : ['-b', flags])].join(' ')
}
