/**
 * A large whole is made of parts, and what has not changed between two wholes is the very same parts. So the way from one to the next is looked for in
 * those that are not in both, and what is in both is not compared: a change costs what it changes, and a look at each part's identity.
 */
export type Difference<Part> = {readonly gone: readonly Part[]; readonly come: readonly Part[]}

/** Undefined when parts that are in both do not stand in the same order there: then all must be compared. */
export function differenceOf<Part>(before: readonly Part[], after: readonly Part[]): Difference<Part> | undefined {
  const [old, now] = middlesOf(before, after)
  const [known, wanted] = [new Set(old), new Set(now)]
  const [kept, stays] = [old.filter(part => wanted.has(part)), now.filter(part => known.has(part))]
  if (kept.length !== stays.length || kept.some((part, at) => part !== stays[at])) return undefined
  return {gone: old.filter(part => !wanted.has(part)), come: now.filter(part => !known.has(part))}
}

/* Without what both begin and end with. */
function middlesOf<Part>(before: readonly Part[], after: readonly Part[]): readonly [readonly Part[], readonly Part[]] {
  const most = Math.min(before.length, after.length)
  let start = 0
  while (start < most && before[start] === after[start]) start++
  let end = 0
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)]
}

/** Works a value out when it is first asked for, and lets go of what it was worked out from. */
export function lazily<T>(work: () => T): () => T {
  let left: (() => T) | undefined = work
  let known: {readonly value: T} | undefined
  return () => {
    known ??= {value: (left as () => T)()}
    left = undefined
    return known.value
  }
}

/** Parts of which each is worked out when it is first asked for; asked again, it is the very same one. */
export type Parts<Part> = {readonly count: number; at(index: number): Part; all(): readonly Part[]}

/** `make` is to remember what it has made. */
export function partsMade<Part>(count: number, make: (index: number) => Part): Parts<Part> {
  return {count, at: make, all: lazily(() => Array.from({length: count}, (_, index) => make(index)))}
}

/** Those that there are. */
export function partsOf<Part>(all: readonly Part[]): Parts<Part> {
  return {count: all.length, at: index => all[index] as Part, all: () => all}
}
