/**
 * The values that `sysctl` printed (`name = value` a line), under the names by which they were asked for. A name that this
 * kernel or namespace does not know is left out. Numbers that stand in columns are one space apart.
 */
export function parseSysctls(text: string, names: readonly string[]): Record<string, string> {
  const values = new Map(
    text.split('\n').map(line => {
      const [name = '', ...rest] = line.split(' = ')
      return [sysctlPath(name), rest.join(' = ').trim().replace(/\s+/g, ' ')]
    }),
  )
  return Object.fromEntries(
    names.flatMap(name => {
      const value = values.get(sysctlPath(name))
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/**
 * The path of a sysctl under /proc/sys. The separator is the first of `.` and `/` that a name has; the other then stands for itself:
 * `net.ipv4.conf.flannel/1.rp_filter` and `net/ipv4/conf/flannel.1/rp_filter` are one.
 */
export function sysctlPath(name: string): string {
  if (name.search(/[./]/) === name.indexOf('/')) return name
  return name.replace(/[./]/g, sign => (sign === '.' ? '/' : '.'))
}

/** The link, or `all` or `default`, that a sysctl is about: `docker0` for `net.ipv4.conf.docker0.route_localnet`. */
export function linkOfSysctl(name: string): string | undefined {
  return /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(sysctlPath(name))?.[1]
}
