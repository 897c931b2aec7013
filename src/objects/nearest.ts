/** The candidate that a mistyped word most likely means, or undefined when none is close. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  const scored = [...candidates]
    .map(candidate => ({candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase())}))
    .filter(({distance}) => distance <= limit)
  return scored.toSorted((a, b) => a.distance - b.distance)[0]?.candidate
}

/** `did you mean "replicas"?`, or undefined when nothing is close. */
export function suggestion(word: string, candidates: Iterable<string>): string | undefined {
  const meant = nearest(word, candidates)
  return meant === undefined ? undefined : `did you mean "${meant}"?`
}

/** How many letters must be put in, taken out, replaced or swapped with a neighbour to make `a` of `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({length: b.length + 1}, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const at = (values: number[], index: number) => values[index] ?? 0
      const replaced = at(last, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swaps = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = swaps ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY
      line.push(Math.min(replaced, swapped, at(last, column) + 1, at(line, column - 1) + 1))
    }
    beforeLast = last
    last = line
  }
  return last[b.length] ?? 0
}
