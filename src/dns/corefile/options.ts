import type {Given} from '../plugin.ts'
import {durationOf} from './duration.ts'
import type {Line} from './lines.ts'
import {zonesOf} from './zones.ts'

/** What a line within a plugin's braces does: given its words after the first. */
export type Options = Readonly<Record<string, (words: readonly string[], line: Line) => void>>

/** Reads the lines within a plugin's braces, each by its first word. */
export function readOptions({fail}: Pick<Given, 'fail'>, {block = []}: Line, options: Options): void {
  for (const line of block) {
    const [name = '', ...words] = line.words
    if (!Object.hasOwn(options, name)) throw fail(line, `unknown property '${name}'`)
    options[name]?.(words, line)
  }
}

/** The one line of a plugin that may stand only once in a server block. */
export function onlyLine({lines, fail}: Given): Line {
  const [first, second] = lines
  if (second) throw fail(second, 'this plugin can only be used once per Server Block')
  if (!first) throw new Error('a plugin is read that no line names')
  return first
}

/** What stands behind a plugin's name. */
export function argumentsOf({words}: Line): readonly string[] {
  return words.slice(1)
}

/** CoreDNS's words for too few words, or too many. */
export function wrongCount(line: Line): string {
  return `Wrong argument count or unexpected line ending after '${line.words.at(-1) ?? ''}'`
}

/** Fails unless there are as many words as there may be. */
export function count(
  {fail}: Pick<Given, 'fail'>,
  line: Line,
  words: readonly string[],
  least: number,
  most = least,
): void {
  if (words.length < least || words.length > most) throw fail(line, wrongCount(line))
}

/** A whole number within bounds. */
export function numberIn(
  {fail}: Pick<Given, 'fail'>,
  line: Line,
  {
    text,
    least,
    most,
    what,
  }: {readonly text: string; readonly least: number; readonly most: number; readonly what: string},
): number {
  if (!/^-?\d+$/.test(text)) throw fail(line, `${what} is "${text}", which is no number`)
  const number = Number(text)
  if (number < least || number > most) throw fail(line, `${what} must be in range [${least}, ${most}]: ${text}`)
  return number
}

/** A duration in milliseconds. */
export function durationIn({fail}: Pick<Given, 'fail'>, line: Line, text: string): number {
  const duration = durationOf(text)
  if (duration === undefined) throw fail(line, `time: invalid duration "${text}"; expected one like 30s or 500ms`)
  return duration
}

/** The zones that some words name, or the server block's when there are none. */
export function zonesFrom(
  {fail, zones}: Pick<Given, 'fail' | 'zones'>,
  line: Line,
  words: readonly string[],
): readonly string[] {
  if (words.length === 0) return zones
  return words.flatMap(word => {
    const found = zonesOf(word)
    if (found.length === 0) throw fail(line, `"${word}" is no zone`)
    return found
  })
}

/** In which zones a name that is not found is passed on; `fallthrough` without words means every zone. */
export function fallthroughZones(given: Pick<Given, 'fail'>, line: Line, words: readonly string[]): readonly string[] {
  return zonesFrom({...given, zones: ['.']}, line, words)
}

/** The port of an address like `:9153` or `0.0.0.0:9153`. */
export function portOf({fail}: Pick<Given, 'fail'>, line: Line, text: string): number {
  const [, digits = ''] = /:(\d+)$/.exec(text) ?? []
  if (digits === '') throw fail(line, `address ${text}: missing port in address`)
  return numberIn({fail}, line, {text: digits, least: 1, most: 65_535, what: 'the port'})
}
