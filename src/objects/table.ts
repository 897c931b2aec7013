/**
 * One column of `kubectl get`. `value` is a pure function of the object and of `now`, in milliseconds since 1970;
 * wide columns are shown with `-o wide` only.
 */
export type Column<T> = {
  readonly name: string
  readonly wide?: boolean
  /** What clients are told of its values; text when nothing is said. */
  readonly type?: 'string' | 'integer'
  value(object: T, now: number): string
}

/** Cells of a table under their headings, without any layout. */
export type Table = {readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[]}

/** The cells of some objects. `withNamespace` puts the namespace first, as `--all-namespaces` does. */
export function tableOf<T extends {readonly metadata: {readonly namespace?: string}}>(
  columns: readonly Column<T>[],
  objects: readonly T[],
  {now, wide = false, withNamespace = false}: {now: number; wide?: boolean; withNamespace?: boolean},
): Table {
  const shown = columns.filter(column => wide || !column.wide)
  const cells = objects.map(object => shown.map(column => column.value(object, now)))
  const headings = shown.map(column => column.name.toUpperCase())
  return withNamespace
    ? {
        headings: ['NAMESPACE', ...headings],
        rows: cells.map((row, index) => [objects[index]?.metadata.namespace ?? '', ...row]),
      }
    : {headings, rows: cells}
}

/** The table as kubectl prints it: three spaces between columns, no column but the last narrower than six characters. */
export function printTable({headings, rows}: Table): string {
  const lines = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(6, ...lines.map(line => (line[column] ?? '').length + 3)))
  return lines.map(line => `${printLine(line, widths)}\n`).join('')
}

function printLine(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('')
}

/** Reads what `printTable` printed: a heading's place says where its column begins. */
export function parseTable(text: string): Table {
  const [heading = '', ...lines] = text.split('\n').slice(0, -1)
  const starts = [...heading.matchAll(/\S+(?: \S+)*/g)].map(match => match.index)
  const cellsOf = (line: string) => starts.map((start, column) => line.slice(start, starts[column + 1]).trimEnd())
  return {headings: cellsOf(heading), rows: lines.map(cellsOf)}
}
