import type {Facts} from './facts.ts'

/** Something found out by reading. */
export type Look = (facts: Facts) => {readonly able: boolean; readonly said: string}

/**
 * There is one neighbour table for the whole kernel, whatever the namespace. When a pod and its gateway speak, each learns the other: two
 * entries a pod.
 */
export function neighbourTable({switches}: Facts): ReturnType<Look> {
  const entries = Number(switches['net/ipv4/neigh/default/gc_thresh3'])
  if (Number.isNaN(entries)) return {able: true, said: 'not to be read in a container'}
  const pods = Math.floor(entries / 2)
  return {able: pods >= 1000, said: `${entries} entries: ${pods} pods that learn their gateway by ARP`}
}

/** A program's version, out of what it says about itself. */
export function version(said: string | undefined): ReturnType<Look> {
  return {able: said !== undefined, said: said?.replace(/^.*?(\d+\.\d)/, '$1') ?? 'not installed'}
}

/** Whether a kernel's release is not older than that. */
export function isAtLeast(release: string, [major, minor]: readonly [number, number]): boolean {
  const [is = 0, and = 0] = release.split('.').map(part => Number.parseInt(part, 10))
  return is > major || (is === major && and >= minor)
}
