import type {LabHandle} from '../cluster/lab-handle.ts'
import {isMapping} from '../lab/shape.ts'
import {glimpse, isMissing, type Limits} from './command.ts'

/** What a tool showed: its entries, or its own words for why there are none; `told` when it was the tool itself that spoke. */
export type Evidence =
  | {readonly entries: readonly Entry[]}
  | {readonly entries?: undefined; readonly said: string; readonly told: boolean}

/** One object of a tool's JSON: a route, a link, an entry of a table. */
export type Entry = Readonly<Record<string, unknown>>

/**
 * Asks a tool that prints JSON (`ip -j`, `bridge -j`) in the target's network. It is this machine's tool: what an image brings, if it
 * brings one, knows no JSON.
 */
export async function askTool(
  lab: LabHandle,
  place: string,
  argv: readonly string[],
  {signal, timeoutMs}: Limits,
): Promise<Evidence> {
  const {code, stdout, stderr} = await lab.exec(place, argv, {only: 'network', signal, timeoutMs})
  if (code === 0) return {entries: entriesOf(stdout)}
  const isKilled = code === 124
  return {said: glimpse(stderr) || `code ${code}`, told: !isMissing({code}) && !isKilled}
}

/** Whether one of the entries is as wanted; undefined when the tool could not be asked. */
export function someEntry(evidence: Evidence, isWanted: (entry: Entry) => boolean): boolean | undefined {
  if (evidence.entries !== undefined) return evidence.entries.some(isWanted)
  return evidence.told ? false : undefined
}

/** The entries as lines of text, or what the tool said instead, or what it means that there are none. */
export function showEntries(evidence: Evidence, print: (entry: Entry) => string, none: string): string {
  if (evidence.entries === undefined) return evidence.said
  return evidence.entries.length === 0 ? none : glimpse(evidence.entries.map(print).join('\n'))
}

/** A field as text; undefined when it is not there. */
export function field(entry: Entry, name: string): string | undefined {
  const value = entry[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** The words of a line, without those that are not there: `['dev', undefined]` is nothing. */
export function line(...parts: readonly (string | readonly [word: string, value: string | undefined])[]): string {
  return parts
    .flatMap(part => (typeof part === 'string' ? [part] : part[1] === undefined ? [] : [part.join(' ')]))
    .filter(part => part !== '')
    .join(' ')
}

/* iproute2 prints an empty object in the place of what it leaves out. */
function entriesOf(text: string): readonly Entry[] {
  const value: unknown = text.trim() === '' ? [] : JSON.parse(text)
  return Array.isArray(value) ? value.filter(isMapping).filter(entry => Object.keys(entry).length > 0) : []
}
