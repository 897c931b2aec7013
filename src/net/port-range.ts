import {NetError} from './net-error.ts'

/** Ports from the first to the last, both included. */
export type PortRange = {readonly first: number; readonly last: number}

/**
 * Reads `45000-45100`, `45000+100` or `45000` as Kubernetes does; undefined for what leaves the choice open: nothing, `0`, `0-0`. Throws
 * NetError.
 */
export function parsePortRange(text: string): PortRange | undefined {
  if (text === '' || text === '0' || text === '0-0') return undefined
  const [, begin = '', sign, end = ''] = /^(\d+)(?:([-+])(\d+))?$/.exec(text) ?? []
  if (begin === '') throw new NetError(`"${text}" is not a range of ports; expected one like 45000-45100`)
  const first = Number(begin)
  const last = sign === undefined ? first : sign === '-' ? Number(end) : Math.min(first + Number(end), highest)
  if (first < 1 || first > highest || last > highest)
    throw new NetError(`"${text}" is not a range of ports: ports are from 1 to ${highest}`)
  if (last < first) throw new NetError(`"${text}" is not a range of ports: it ends before it begins`)
  return {first, last}
}

const highest = 65_535

/** `45000-45100`. */
export function printPortRange({first, last}: PortRange): string {
  return `${first}-${last}`
}
