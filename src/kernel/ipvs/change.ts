import type {IpvsChange, IpvsPlan, IpvsTable, VirtualServer} from './table.ts'

/**
 * The way from one plan to the next of the same owner, as lines of `ipvsadm -R`; undefined when there is nothing to do. It is as long as the change is.
 * A virtual server that stays keeps its connections, whatever becomes of its scheduler or its real servers.
 */
export function ipvsChangeBetween(previous: IpvsPlan | undefined, next: IpvsPlan): IpvsChange | undefined {
  return ipvsChangeFrom(previous?.table ?? {}, next)
}

/** The same from whatever the kernel holds. */
export function ipvsChangeFrom(observed: IpvsTable, {table}: IpvsPlan): IpvsChange | undefined {
  const gone = Object.keys(observed).filter(key => !(key in table))
  const commands = [
    ...Object.entries(table).flatMap(([key, server]) =>
      observed[key] === server ? [] : steps(key, observed[key], server),
    ),
    ...gone.map(key => `-D ${key}`),
  ]
  return commands.length === 0 ? undefined : {backend: 'ipvs', commands, table}
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
