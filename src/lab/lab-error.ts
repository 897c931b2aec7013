/** One mistake in a lab's files: where, what, and how to put it right. */
export type Mistake = {
  /** As the user named it: `labs/kubia/lab.yaml`. */
  readonly file: string
  /** Both from 1; absent when the file itself is the mistake. */
  readonly line?: number
  readonly column?: number
  readonly message: string
  readonly hint?: string
  /** The source line that the caret stands under. */
  readonly excerpt?: string
  /** How many characters the caret underlines. */
  readonly width?: number
}

/** A mistake that is the whole file's: it cannot be read, it is empty. */
export function mistakeOf(file: string, message: string, hint?: string): Mistake {
  return {file, message, ...(hint === undefined ? {} : {hint})}
}

/** All mistakes of a lab at once; `message` is ready to be printed. */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly code = 'EBADLAB'
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[], options?: ErrorOptions) {
    const sorted = onceEach(inFileOrder(mistakes))
    super(printMistakes(sorted), options)
    this.mistakes = sorted
  }
}

const shownAtMost = 50

/** Every mistake with its line and a caret, as a compiler prints them. */
export function printMistakes(mistakes: readonly Mistake[]): string {
  const shown = mistakes.slice(0, shownAtMost)
  const more = mistakes.length > shown.length ? `; the first ${shown.length} are shown` : ''
  const count = mistakes.length === 1 ? '' : `\n\n${mistakes.length} mistakes${more}`
  return shown.map(mistake => printMistake(mistake)).join('\n\n') + count
}

/** One mistake, or with `what` something less: `warning: `. */
export function printMistake({file, line, column, message, hint, excerpt, width = 1}: Mistake, what = ''): string {
  const place = [file, line, column].filter(part => part !== undefined).join(':')
  const lines = [`${place}: ${what}${message}`]
  if (line !== undefined && column !== undefined && excerpt !== undefined) {
    const shown = window(excerpt, {column, width})
    const gutter = `${line}`.length + 2
    lines.push(`${' '.repeat(gutter)} |`)
    lines.push(` ${line}  | ${shown.text}`)
    lines.push(`${' '.repeat(gutter)} | ${' '.repeat(shown.column - 1)}${'^'.repeat(shown.underline)}`)
  }
  if (hint !== undefined) lines.push(...hint.split('\n').map(text => `  ${text}`))
  return lines.join('\n')
}

/**
 * The part of a line around a column that fits a terminal. Tabs and other control characters are shown as one blank each: the caret
 * stays under its word, and a file cannot steer the terminal.
 */
function window(excerpt: string, {column, width}: {readonly column: number; readonly width: number}) {
  const columns = 100
  const start = column + Math.min(width, columns / 2) <= columns ? 0 : column - columns / 2
  const text = excerpt
    .slice(start, start + columns)
    .replace(/\p{Cc}/gu, ' ')
    .trimEnd()
  const shownColumn = column - start
  return {
    text,
    column: shownColumn,
    underline: Math.max(1, Math.min(width, text.length - shownColumn + 1)),
  }
}

/* What is wrong in a step that is played several times is wrong once. */
function onceEach(mistakes: readonly Mistake[]): readonly Mistake[] {
  const key = ({file, line, column, message}: Mistake) => JSON.stringify([file, line, column, message])
  return [...new Map(mistakes.map(mistake => [key(mistake), mistake])).values()]
}

function inFileOrder(mistakes: readonly Mistake[]): readonly Mistake[] {
  const files = [...new Set(mistakes.map(({file}) => file))]
  const order = new Map(files.map((file, index) => [file, index]))
  const place = ({file}: Mistake) => order.get(file) ?? 0
  return mistakes.toSorted(
    (a, b) => place(a) - place(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  )
}
