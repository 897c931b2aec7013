/** One directive of nginx's configuration, `listen 80;` or `server {...}`, and the line where it begins. */
export type Directive = {
  readonly name: string
  readonly words: readonly string[]
  readonly block?: readonly Directive[]
  readonly line: number
}

/** A configuration that nginx does not start with; the message is nginx's, with file and line. */
export class NginxError extends Error {
  override readonly name = 'NginxError'

  constructor(words: string, place?: {readonly file: string; readonly line: number}) {
    super(`nginx: [emerg] ${words}${place ? ` in ${place.file}:${place.line}` : ''}`)
  }
}

type Token = {readonly text: string; readonly line: number; readonly isQuoted: boolean}

/**
 *   directives  = { word { word } ( ";" | "{" directives "}" ) }
 *   word        = quoted with ' or ", or anything without spaces, ";", "{" and "}"
 *   comment     = "#" up to the end of the line
 */
export function parseNginxConfig(text: string, file: string): readonly Directive[] {
  const tokens = tokensOf(text)
  const lines = text.split('\n').length
  let at = 0

  const fail = (words: string, line = tokens[at]?.line ?? lines): NginxError => new NginxError(words, {file, line})
  const is = (mark: string) => tokens[at]?.isQuoted === false && tokens[at]?.text === mark

  const directives = (isInner: boolean): readonly Directive[] => {
    const found: Directive[] = []
    while (at < tokens.length && !is('}')) found.push(directive())
    if (isInner && at >= tokens.length) throw fail('unexpected end of file, expecting "}"')
    if (!isInner && is('}')) throw fail('unexpected "}"')
    return found
  }

  const directive = (): Directive => {
    const words: string[] = []
    const {line} = tokens[at] as Token
    while (at < tokens.length && !is(';') && !is('{') && !is('}')) words.push((tokens[at++] as Token).text)
    const [name, ...rest] = words
    if (at >= tokens.length) throw fail('unexpected end of file, expecting ";" or "}"')
    if (name === undefined || is('}')) throw fail(`unexpected "${tokens[at]?.text}"`)
    if (is(';')) {
      at++
      return {name, words: rest, line}
    }
    at++
    const block = directives(true)
    at++
    return {name, words: rest, block, line}
  }

  return directives(false)
}

function unescaped(text: string): string {
  const meant: Readonly<Record<string, string>> = {n: '\n', t: '\t', r: '\r'}
  return text.replace(/\\([\\"'ntr])/g, (_, letter: string) => meant[letter] ?? letter)
}

function tokensOf(text: string): readonly Token[] {
  const pattern = /#[^\n]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|[{};]|[^\s{};]+|\n/g
  const tokens: Token[] = []
  let line = 1
  for (const [whole, double, single] of text.matchAll(pattern)) {
    const quoted = double ?? single
    if (quoted !== undefined) tokens.push({text: unescaped(quoted), line, isQuoted: true})
    else if (whole !== '\n' && !whole.startsWith('#')) tokens.push({text: whole, line, isQuoted: false})
    line += whole.split('\n').length - 1
  }
  return tokens
}
