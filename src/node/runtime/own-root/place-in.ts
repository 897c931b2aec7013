import {lstatSync, mkdirSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import {RootError} from './root-error.ts'

/**
 * Where a name lies below a folder that is to become a root: links are followed as they will be then, absolute ones from the
 * folder on, and `..` never leads out of it. So nothing is ever written outside. The last part is not followed; missing folders on
 * the way are made. Nobody else may change the folder meanwhile.
 */
export function placeIn(root: string, name: string): string {
  let followed = 0
  let at: readonly string[] = []
  let rest = partsOf(name)
  for (let [part, ...more] = rest; part !== undefined; [part, ...more] = rest) {
    const next = part === '..' ? at.slice(0, -1) : [...at, part]
    const link = part === '..' || more.length === 0 ? undefined : linkAt(join(root, ...next))
    if (link !== undefined && ++followed > linksAtMost)
      throw new RootError(`holds links that lead round in a circle: ${name}`)
    if (link === undefined) at = next
    else if (link.startsWith('/')) at = []
    rest = [...partsOf(link ?? ''), ...more]
  }
  return join(root, ...at)
}

/* As many as the kernel follows. */
const linksAtMost = 40

function partsOf(name: string): readonly string[] {
  return name.split('/').filter(part => part !== '' && part !== '.')
}

/* Where a link leads; undefined for a folder, which is there afterwards. */
function linkAt(path: string): string | undefined {
  const stats = lstatSync(path, {throwIfNoEntry: false})
  if (stats?.isSymbolicLink()) return readlinkSync(path)
  if (!stats) mkdirSync(path)
  return undefined
}
