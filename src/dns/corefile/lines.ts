import {parsing} from './corefile-error.ts'
import type {Word} from './words.ts'

/** A line within a server block: words, and the lines between braces that belong to it. */
export type Line = {
  readonly words: readonly string[]
  readonly line: number
  readonly block?: readonly Line[]
}

/** A server block as it stands there: for which zones, and what it says. */
export type RawBlock = {readonly keys: readonly Word[]; readonly lines: readonly Line[]}

/** Puts words together to server blocks; a block in parentheses is a snippet, which `import` puts in its place. */
export function rawBlocks(words: readonly Word[], file: string): readonly RawBlock[] {
  const snippets = new Map<string, readonly Line[]>()
  const reader: Reader = {words, file, at: 0, depth: 0, snippets}
  const blocks: RawBlock[] = []
  while (reader.at < words.length) {
    const keys = readKeys(reader)
    const lines = opens(reader) ? readBraces(reader) : readLines(reader, 'no braces')
    const name = keys.length === 1 ? /^\((.*)\)$/.exec(keys[0]?.text ?? '')?.[1] : undefined
    if (name === undefined) blocks.push({keys, lines})
    else if (snippets.has(name))
      throw parsing(file, keys[0]?.line ?? 1, `redeclaration of previously declared snippet ${name}`)
    else snippets.set(name, lines)
  }
  return blocks
}

type Reader = {
  readonly words: readonly Word[]
  readonly file: string
  at: number
  /** How many braces are open. */
  depth: number
  readonly snippets: Map<string, readonly Line[]>
}

/* The keys stand on one line; a comma at its end takes the next line in. */
function readKeys(reader: Reader): readonly Word[] {
  const keys: Word[] = []
  let goesOn = true
  for (let word = reader.words[reader.at]; word; word = reader.words[reader.at]) {
    const isBrace = word.text === '{' && !word.quoted
    if (isBrace && keys.length > 0 && goesOn)
      throw parsing(reader.file, word.line, `Expected another address but had '{' - check for extra comma`)
    if (isBrace || (!goesOn && word.line !== keys.at(-1)?.line)) break
    if (word.text === '}') throw parsing(reader.file, word.line, `Unexpected '}' because no matching opening brace`)
    goesOn = word.text.endsWith(',')
    keys.push({...word, text: word.text.replace(/,$/, '')})
    reader.at += 1
  }
  return keys
}

/* A brace closes on a line of its own. */
function closedTooEarly({depth}: Reader): string {
  return depth > 1
    ? "Wrong argument count or unexpected line ending after '}'"
    : "Unexpected '}' because no matching opening brace: it stands on a line of its own"
}

function opens({words, at}: Reader): boolean {
  return words[at]?.text === '{' && !words[at]?.quoted
}

function readBraces(reader: Reader): readonly Line[] {
  const opening = reader.words[reader.at]?.line ?? 1
  reader.at += 1
  reader.depth += 1
  const lines = readLines(reader, 'braces')
  if (reader.words[reader.at]?.text !== '}')
    throw parsing(reader.file, lastLine(reader), `Unexpected EOF: the brace opened in line ${opening} is not closed`)
  reader.at += 1
  reader.depth -= 1
  return lines
}

function lastLine({words}: Reader): number {
  return words.at(-1)?.line ?? 1
}

function readLines(reader: Reader, within: 'braces' | 'no braces'): readonly Line[] {
  const lines: Line[] = []
  for (let word = reader.words[reader.at]; word; word = reader.words[reader.at]) {
    if (word.text === '}' && !word.quoted) {
      if (within === 'braces') return lines
      throw parsing(reader.file, word.line, `Unexpected '}' because no matching opening brace`)
    }
    const line = readLine(reader, word.line)
    if (line.words[0] === 'import') lines.push(...imported(reader, line))
    else lines.push(line)
  }
  return lines
}

function readLine(reader: Reader, line: number): Line {
  const words: string[] = []
  for (let word = reader.words[reader.at]; word && word.line === line; word = reader.words[reader.at]) {
    if (word.text === '}' && !word.quoted) throw parsing(reader.file, line, closedTooEarly(reader))
    if (word.text === '{' && !word.quoted) return {words, line, block: readBraces(reader)}
    words.push(word.text)
    reader.at += 1
  }
  return {words, line}
}

function imported({file, snippets}: Reader, {words, line}: Line): readonly Line[] {
  const [, name] = words
  if (name === undefined || words.length > 2)
    throw parsing(file, line, 'Import takes only one argument: the name of a snippet')
  const lines = snippets.get(name)
  if (lines) return lines
  throw parsing(file, line, `no snippet (${name}) stands above; podlab's DNS imports snippets, and no files`)
}
