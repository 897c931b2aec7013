import {equal} from '../../objects/equal.ts'

/** A place in an object and what stands there: `spec.ports[0].protocol`, `TCP`. */
export type Leaf = readonly [path: string, value: unknown]

/** Everything in a value that holds nothing more, with its place. */
export function leavesOf(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [[path, value]]
  if (Array.isArray(value)) {
    if (value.every(item => typeof item !== 'object')) return [[path, value]]
    return value.flatMap((item, index) => leavesOf(item, `${path}[${index}]`))
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return path === '' ? [] : [[path, value]]
  return entries.flatMap(([key, inner]) => leavesOf(inner, path === '' ? key : `${path}.${key}`))
}

/** What stands in `after` and not, or otherwise, in `before`; and what stood only there. */
export function differences(before: unknown, after: unknown): readonly string[] {
  const [old, present] = [new Map(leavesOf(before)), new Map(leavesOf(after))]
  const changed = [...present].flatMap(([path, value]) => {
    if (!old.has(path)) return [`${path}: ${shown(value)}`]
    return equal(old.get(path), value) ? [] : [`${path}: ${shown(old.get(path))} → ${shown(value)}`]
  })
  const gone = [...old.keys()].filter(path => !present.has(path)).map(path => `${path} is gone`)
  return [...changed, ...gone]
}

/** A value in one line, long ones cut. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const longest = 60

/** The first few, and how many more there are. */
export function few(texts: readonly string[], count: number): string {
  const rest = texts.length - count
  return rest > 1 ? [...texts.slice(0, count), `and ${rest} more`].join(', ') : texts.join(', ')
}
