/** The entries of `wanted` that `observed` lacks; two are the same when `key` says the same of them. */
export function missing<T>(observed: readonly T[], wanted: readonly T[], key: (entry: T) => string): T[] {
  const there = new Set(observed.map(key))
  return wanted.filter(entry => !there.has(key(entry)))
}

/** The entries of `observed` that `wanted` lacks. */
export function surplus<T>(observed: readonly T[], wanted: readonly T[], key: (entry: T) => string): T[] {
  return missing(wanted, observed, key)
}
