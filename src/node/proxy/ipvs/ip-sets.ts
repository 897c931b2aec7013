import type {IpSets} from '../../../kernel/ipset/set.ts'
import type {Entry} from './entries.ts'
import {setNames, setTypes} from './sets.ts'

/** All sets, with what the ports put into them: entries sorted, each once. */
export function ipSetsOf(ports: readonly (readonly Entry[])[]): IpSets {
  const entries = new Map<string, Set<string>>(setNames.map(name => [name, new Set()]))
  for (const own of ports) for (const [set, entry] of own) entries.get(set)?.add(entry)
  return Object.fromEntries(
    setNames.map(name => [name, {type: setTypes[name].type, entries: [...(entries.get(name) ?? [])].toSorted()}]),
  )
}

/** What one port has put into sets, and puts there now; `all` is what each port does now. */
export type EntriesStep = {
  readonly before: readonly Entry[]
  readonly after: readonly Entry[]
  readonly all: readonly (readonly Entry[])[]
}

/** The sets after such a step. A set that stays as it is is the very same, and so are all of them when all do. */
export function ipSetsAfter(sets: IpSets, {before, after, all}: EntriesStep): IpSets {
  const gone = before.filter(entry => !has(after, entry) && !all.some(own => has(own, entry)))
  return gone.reduce(withoutEntry, after.reduce(withEntry, sets))
}

function has(entries: readonly Entry[], [set, entry]: Entry): boolean {
  return entries.some(([otherSet, other]) => other === entry && otherSet === set)
}

function withEntry(sets: IpSets, [name, entry]: Entry): IpSets {
  return changed(sets, name, entries => {
    const at = placeOf(entries, entry)
    return entries[at] === entry ? entries : entries.toSpliced(at, 0, entry)
  })
}

function withoutEntry(sets: IpSets, [name, entry]: Entry): IpSets {
  return changed(sets, name, entries => {
    const at = placeOf(entries, entry)
    return entries[at] === entry ? entries.toSpliced(at, 1) : entries
  })
}

function changed(sets: IpSets, name: string, change: (entries: readonly string[]) => readonly string[]): IpSets {
  const set = sets[name]
  if (set === undefined) return sets
  const entries = change(set.entries)
  return entries === set.entries ? sets : {...sets, [name]: {...set, entries}}
}

/* Where an entry is in a sorted list, or would be. */
function placeOf(entries: readonly string[], entry: string): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle] as string) < entry) low = middle + 1
    else high = middle
  }
  return low
}
