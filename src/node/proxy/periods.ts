/** How often kube-proxy does what, in ms. */
export type ProxyPeriods = {
  /** The least time between two syncs. None when left out: podlab writes at once, where the real one waits up to a second by default. */
  readonly minSyncPeriod?: number
  /** How often it looks in iptables mode whether somebody has flushed its rules; 30 s when left out. */
  readonly syncPeriod?: number
}

type Mapping = Readonly<Record<string, unknown>>

/** The periods that the part of the configuration for a mode names, in the form of Go: `1m30s`; `0s` is as if left out. Throws RangeError. */
export function readPeriods({minSyncPeriod, syncPeriod}: Mapping, part: string): ProxyPeriods {
  const least = duration(minSyncPeriod, `${part}.minSyncPeriod`)
  const period = duration(syncPeriod, `${part}.syncPeriod`)
  if (least > (period || defaultSyncPeriod))
    throw new RangeError(`${part}.syncPeriod: must be greater than or equal to ${part}.minSyncPeriod`)
  return {...(least > 0 && {minSyncPeriod: least}), ...(period > 0 && {syncPeriod: period})}
}

export const defaultSyncPeriod = 30_000

const units: Readonly<Record<string, number>> = {h: 3_600_000, m: 60_000, s: 1000, ms: 1}

function duration(value: unknown, name: string): number {
  if (value === undefined || value === null || value === 0) return 0
  const text = String(value)
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text))
    throw new RangeError(`${name}: ${JSON.stringify(value)}: expected a duration, like 30s or 1m30s`)
  return [...text.matchAll(/([\d.]+)(h|ms|m|s)/g)].reduce(
    (sum, [, number, unit = 's']) => sum + Number(number) * (units[unit] ?? 0),
    0,
  )
}
