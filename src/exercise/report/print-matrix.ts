import {printCells} from '../reach/matrix-table.ts'

/** The widest table that is printed with names over its columns. */
const widest = 120

/** Who asked whom, a row each, with what came of it. */
export type Matrix<C> = {
  readonly from: readonly string[]
  readonly goals: readonly {readonly name: string}[]
  readonly cells: readonly (readonly (C | undefined)[])[]
}

/** A matrix in words; many columns have numbers instead of names, which are listed below, and marks instead of words. */
export function printMatrix<C>(
  {from, goals, cells}: Matrix<C>,
  {word, mark}: {readonly word: (cell: C | undefined) => string; readonly mark: (cell: C | undefined) => string},
): string {
  const rows = (print: (cell: C | undefined) => string) =>
    from.map((place, row) => [place, ...(cells[row] ?? []).map(print)])
  const named = printCells([['from', ...goals.map(({name}) => name)], ...rows(word)])
  if (named.indexOf('\n') <= widest) return named
  const numbers = goals.map((_, index) => `${index + 1}`)
  const legend = goals.map(({name}, index) => `${index + 1} ${name}\n`).join('')
  return `${printCells([['from', ...numbers], ...rows(mark)])}\n${legend}`
}
