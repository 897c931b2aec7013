/**
 * What has been worked out for each context, so that it need not be again. What a proxy is told of its node is a value of few words; two that say the
 * same have the same memory.
 */
export function rememberedBy<Memory>(empty: () => Memory): (context: object) => Memory {
  const all = new Map<string, Memory>()
  return context => {
    const key = JSON.stringify(context)
    const known = all.get(key) ?? empty()
    all.set(key, known)
    return known
  }
}

/** What has been made of that very object before, or else is made now. */
export function remembered<Key extends object, Value>(known: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}

/** Where a list has others than another of the same length; undefined when that is in more places than a few, or the lists are not as long. */
export function fewOthers<T>(before: readonly T[], after: readonly T[]): readonly number[] | undefined {
  if (before.length !== after.length) return undefined
  const places: number[] = []
  for (let at = 0; at < after.length; at++) if (after[at] !== before[at]) places.push(at)
  return places.length > few ? undefined : places
}

const few = 10
