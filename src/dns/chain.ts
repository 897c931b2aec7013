import type {ServerBlock} from './corefile/parse.ts'
import {bare, type Handler, type Site} from './plugin.ts'
import {rcodes, typeNumber} from './wire/codes.ts'

/** Puts the plugins of a server block behind each other; undefined when none of them answers anything. */
export function chainOf({plugins}: ServerBlock, site: Site): Handler | undefined {
  const wraps = plugins.flatMap(({name, configured}) =>
    configured.handler ? [{name, wrap: configured.handler(site)}] : [],
  )
  const last = wraps.at(-1)
  if (!last) return undefined
  const end: Handler = () => bare(rcodes.SERVFAIL, '', `plugin/${last.name}: no next plugin found`)
  return wraps.reduceRight<Handler>((next, {wrap}) => wrap(next), end)
}

/** Which of some server blocks a name, in lower case, belongs to: the one with the longest zone. */
export function routeTo<T>(zones: ReadonlyMap<string, T>, name: string, type: number): T | undefined {
  let found: T | undefined
  for (let at = 0; at < name.length && name !== '.'; at = nextLabel(name, at)) {
    const here = zones.get(at === 0 ? name : name.slice(at))
    if (here === undefined) continue
    found = here
    if (type !== delegation) break
  }
  return found ?? zones.get('.')
}

/* A DS record stands in the parent's zone, not in that whose name it has. */
const delegation = typeNumber('DS')

function nextLabel(name: string, start: number): number {
  for (let at = start; at < name.length; at++) {
    if (name[at] === '\\') at += 1
    else if (name[at] === '.') return at + 1
  }
  return name.length
}
