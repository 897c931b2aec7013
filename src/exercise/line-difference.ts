/** The lines of two texts that are not in both, marked `-` (only wanted) and `+` (only there): by their longest common sequence. */
export function lineDifference(wanted: readonly string[], present: readonly string[]): readonly string[] {
  const start = commonLength(wanted, present)
  const end = commonLength(wanted.slice(start).toReversed(), present.slice(start).toReversed())
  return markLines(wanted.slice(start, wanted.length - end), present.slice(start, present.length - end))
}

/** Beyond that many pairs of lines the texts are shown one after the other: nobody reads such a difference. */
const largestTable = 1_000_000

function commonLength(a: readonly string[], b: readonly string[]): number {
  const differs = a.findIndex((line, index) => line !== b[index])
  return differs < 0 ? a.length : differs
}

function markLines(wanted: readonly string[], present: readonly string[]): readonly string[] {
  const common = wanted.length * present.length > largestTable ? () => 0 : commonLengths(wanted, present)
  const lines: string[] = []
  let [i, j] = [0, 0]
  while (i < wanted.length && j < present.length) {
    if (common(i, j) > 0 && wanted[i] === present[j]) {
      i++
      j++
    } else if (common(i + 1, j) >= common(i, j + 1)) lines.push(`- ${wanted[i++]}`)
    else lines.push(`+ ${present[j++]}`)
  }
  return [...lines, ...wanted.slice(i).map(line => `- ${line}`), ...present.slice(j).map(line => `+ ${line}`)]
}

/** How many lines what follows the first i and the first j has in common, in this order. */
function commonLengths(wanted: readonly string[], present: readonly string[]): (i: number, j: number) => number {
  let below = new Array<number>(present.length + 1).fill(0)
  const rows = [below]
  for (const line of wanted.toReversed()) {
    const row = new Array<number>(present.length + 1).fill(0)
    for (let j = present.length - 1; j >= 0; j--)
      row[j] = line === present[j] ? (below[j + 1] ?? 0) + 1 : Math.max(below[j] ?? 0, row[j + 1] ?? 0)
    rows.push(row)
    below = row
  }
  return (i, j) => rows[wanted.length - i]?.[j] ?? 0
}
