import type {Link} from '../state.ts'
import {otherEnd} from './link-kind.ts'

/**
 * What goes when some links are deleted: a veth takes its other end along, a device the vxlans on it. `removed` are those that
 * somebody must delete, `gone` are all.
 */
export function takenAlong(
  links: readonly Link[],
  unwanted: readonly Link[],
): {readonly removed: readonly string[]; readonly gone: ReadonlySet<string>} {
  const byName = new Map(links.map(link => [link.name, link]))
  const vxlansOn = Map.groupBy(links, ({kind}) => (kind.type === 'vxlan' ? kind.device : undefined))
  const removed: string[] = []
  const gone = new Set<string>()
  for (const root of unwanted) {
    if (gone.has(root.name)) continue
    removed.push(root.name)
    const queue = [root]
    for (const link of queue) {
      if (gone.has(link.name)) continue
      gone.add(link.name)
      queue.push(...(vxlansOn.get(link.name) ?? []), ...[otherEnd(link, byName)].filter(end => end !== undefined))
    }
  }
  return {removed, gone}
}
