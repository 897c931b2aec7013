import {readdirSync, readlinkSync} from 'node:fs'
import {childrenOf, idsOf} from '../kernel/processes.ts'

/**
 * The processes that own a lab's network namespaces, by the names under its /run/netns (`master`, `pod-UID`), with their ids on
 * this side of the sandbox. Looked up from outside: the daemon need not answer for it.
 */
export function networkOwners(daemonPid: number): ReadonlyMap<string, number> {
  const folder = `/proc/${daemonPid}/root/run/netns`
  const outer = outerIds(daemonPid)
  return new Map(
    namesIn(folder).flatMap(name => {
      const owner = outer.get(ownerOf(`${folder}/${name}`))
      return owner === undefined ? [] : [[name, owner] as const]
    }),
  )
}

/** The ids on this side of the daemon and of the processes that it has started, by their ids inside of the sandbox. */
export function outerIds(daemonPid: number): ReadonlyMap<number | undefined, number> {
  const daemonLevel = idsOf(daemonPid).length - 1
  return new Map([daemonPid, ...childrenOf(daemonPid)].map(pid => [idsOf(pid)[daemonLevel], pid]))
}

/* Each name is a link to /proc/PID/ns/net, with the sandbox's own number. */
function ownerOf(name: string): number | undefined {
  try {
    return Number(readlinkSync(name).split('/')[2])
  } catch {
    return undefined // it went while we looked
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return [] // the lab has ended, or has not come so far
  }
}
