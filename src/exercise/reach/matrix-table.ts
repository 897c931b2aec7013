/** Who should reach whom, as a lab writes it: a table of `yes`, `no` and `-` (either), a row for each place that calls. */
export type MatrixTable = {
  readonly to: readonly string[]
  readonly rows: readonly {readonly from: string; readonly cells: readonly Wish[]}[]
}

export type Wish = 'yes' | 'no' | '-'

/** The text is no such table. */
export class MatrixError extends Error {
  override readonly name = 'MatrixError'
}

/** Reads words in lines, the first of which holds `from` and the goals; throws MatrixError with the row that is wrong. */
export function parseMatrix(text: string): MatrixTable {
  const [[corner, ...to] = [], ...lines] = text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => line.split(/\s+/))
  if (corner !== 'from' || to.length === 0 || lines.length === 0)
    throw new MatrixError(
      'expected a first line with "from" and the goals, and a line for each place that calls: pod/client yes no -',
    )
  return {to, rows: lines.map(words => readRow(words, to.length))}
}

function readRow([from = '', ...cells]: readonly string[], columns: number): MatrixTable['rows'][number] {
  const wrong = cells.find(cell => !isWish(cell))
  if (wrong !== undefined) throw new MatrixError(`"${wrong}" in the row of ${from}; expected yes, no or -`)
  if (cells.length !== columns)
    throw new MatrixError(`the row of ${from} has ${cells.length} cells for ${columns} goals`)
  return {from, cells: cells.filter(isWish)}
}

function isWish(cell: string): cell is Wish {
  return cell === 'yes' || cell === 'no' || cell === '-'
}

/** The table as text, its columns under each other. */
export function printMatrix({to, rows}: MatrixTable): string {
  return printCells([['from', ...to], ...rows.map(({from, cells}) => [from, ...cells])])
}

/** Cells in columns, two blanks between them. */
export function printCells(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map(line => (line[column] ?? '').length)))
  const print = (line: readonly string[]) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return lines.map(line => `${print(line).trimEnd()}\n`).join('')
}
