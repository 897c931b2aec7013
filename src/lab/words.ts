/** A command line that cannot be split without a shell: what stands in the way. */
export class WordsError extends Error {
  override readonly name = 'WordsError'
}

const shellOnly = new Map([
  ['|', 'a pipe'],
  ['&', 'a background job or &&'],
  [';', 'a list of commands'],
  ['<', 'a redirection'],
  ['>', 'a redirection'],
  ['(', 'a subshell'],
  [')', 'a subshell'],
  ['`', 'a command substitution'],
  ['$', 'a variable'],
  ['\n', 'a second line'],
])

/**
 * Splits a command line into words as a shell would: blanks separate, quotes and backslashes keep together. No shell is
 * ever started, so what only a shell could do is refused instead of being passed on as a word.
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = []
  let word: string | undefined
  for (const {text, kind} of tokens(line.trim())) {
    if (kind === 'blank') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + text
  }
  return word === undefined ? words : [...words, word]
}

/** The words as one line that `splitWords` and a shell read back the same. */
export function joinWords(words: readonly string[]): string {
  return words.map(word => (/^[\w@%+=:,./?*{}[\]~^-]+$/.test(word) ? word : quoted(word))).join(' ')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

type Token = {readonly text: string; readonly kind: 'blank' | 'text'}

function tokens(line: string): readonly Token[] {
  const pattern = /(?<blank>[ \t]+)|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|\\(?<escaped>.)|(?<plain>.)/gs
  return [...line.matchAll(pattern)].map(({groups = {}}) => tokenOf(groups))
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const {blank, single, double, escaped, plain} = groups
  if (blank !== undefined) return {text: '', kind: 'blank'}
  if (single !== undefined) return {text: single, kind: 'text'}
  if (double !== undefined) return {text: insideDouble(double), kind: 'text'}
  if (escaped !== undefined) return {text: escaped, kind: 'text'}
  return {text: bare(plain ?? ''), kind: 'text'}
}

function insideDouble(text: string): string {
  const expansion = /(?<!\\)[$`]/.exec(text)
  if (expansion) refuse(expansion[0])
  return text.replace(/\\([$`"\\])/g, '$1')
}

function bare(character: string): string {
  if (character === "'" || character === '"') throw new WordsError(`the quote ${character} is not closed`)
  if (character === '\\') throw new WordsError('a backslash at the end has nothing to quote')
  if (shellOnly.has(character)) refuse(character)
  return character
}

function refuse(character: string): never {
  const what = shellOnly.get(character) ?? 'something'
  const shown = character === '\n' ? 'the line break' : `"${character}"`
  throw new WordsError(
    `${shown} would be ${what} in a shell, and no shell is started; quote it, or run: [sh, -c, "..."]`,
  )
}
