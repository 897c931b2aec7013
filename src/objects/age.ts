import type {KubeObject} from './kube-object.ts'

const units = {second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, year: 365 * 86_400_000}

/** The AGE column: how long ago the object was made. */
export function ageOf(object: KubeObject, now: number): string {
  return since(object.metadata.creationTimestamp, now)
}

/** How long ago a timestamp was; `<unknown>` without one. */
export function since(timestamp: string | undefined, now: number): string {
  return timestamp === undefined ? '<unknown>' : printDuration(now - Date.parse(timestamp))
}

/** A duration in milliseconds as kubectl writes ages: `5s`, `2m10s`, `3h`; coarser as it grows. */
export function printDuration(milliseconds: number): string {
  const whole = (unit: keyof typeof units) => Math.floor(milliseconds / units[unit])
  if (milliseconds <= -2 * units.second) return '<invalid>'
  if (milliseconds < 0) return '0s'
  if (whole('second') < 120) return `${whole('second')}s`
  if (whole('minute') < 10) return pair(whole('minute'), 'm', whole('second') % 60, 's')
  if (whole('minute') < 180) return `${whole('minute')}m`
  if (whole('hour') < 8) return pair(whole('hour'), 'h', whole('minute') % 60, 'm')
  if (whole('hour') < 48) return `${whole('hour')}h`
  if (whole('hour') < 192) return pair(whole('day'), 'd', whole('hour') % 24, 'h')
  if (whole('day') < 730) return `${whole('day')}d`
  if (whole('day') < 2920) return pair(whole('year'), 'y', whole('day') % 365, 'd')
  return `${whole('year')}y`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}
