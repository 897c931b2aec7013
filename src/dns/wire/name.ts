import {WireError} from './wire-error.ts'

/*
 * A domain name is a row of labels, each at most 63 bytes of anything, together at most 255 with their lengths. As text it
 * ends in a dot; a dot, a backslash and the like within a label stand behind a backslash, and what cannot be printed is three
 * decimal digits: `my\.host.example.`, `\000.`. In a message a name may end in a pointer to an earlier one.
 */

export type NameAt = {readonly name: string; readonly end: number}

/** Reads a name of a message; throws WireError for one that is cut off, too long, or points round in a circle. */
export function readName(bytes: Buffer, start: number): NameAt {
  let text = ''
  let at = start
  let end: number | undefined
  let size = 1
  for (let jumps = 0; ; ) {
    const length = byteAt(bytes, at)
    if (length === 0) return {name: text || '.', end: end ?? at + 1}
    if (length >= 0xc0) {
      end ??= at + 2
      at = ((length & 0x3f) << 8) | byteAt(bytes, at + 1)
      jumps += 1
      if (jumps > longestChain) throw new WireError('too many compression pointers')
    } else {
      size += length + 1
      text += `${readLabel(bytes, at, size)}.`
      at += 1 + length
    }
  }
}

/* The label that begins at a place, with which its name comes to a size. */
function readLabel(bytes: Buffer, at: number, size: number): string {
  const length = byteAt(bytes, at)
  if (length > 63) throw new WireError('a label is longer than 63 bytes')
  if (size > 255) throw new WireError('a name is longer than 255 bytes')
  if (at + 1 + length > bytes.length) throw new WireError('a name is cut off')
  return labelText(bytes, at + 1, at + 1 + length)
}

/* As many pointers as a name can have labels: more of them are a circle. */
const longestChain = 126

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new WireError('a name is cut off')
  return byte
}

function labelText(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at++) if (!isPlain(bytes[at] ?? 0)) return escaped(bytes, start, end)
  return bytes.toString('latin1', start, end)
}

/* Letters, digits, `-`, `_` and most signs: what may stand in a name's text as it is. */
function isPlain(byte: number): boolean {
  return byte > 32 && byte < 127 && !special.has(byte)
}

const special = new Set([...'."\\;@()'].map(letter => letter.charCodeAt(0)))

function escaped(bytes: Buffer, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (isPlain(byte)) text += String.fromCharCode(byte)
    else if (special.has(byte)) text += `\\${String.fromCharCode(byte)}`
    else text += `\\${String(byte).padStart(3, '0')}`
  }
  return text
}

/** The labels of a name's text, each as the bytes it stands for (in latin1); throws WireError for what is no name. */
export function labelsOf(name: string): string[] {
  if (name === '.' || name === '') return []
  const labels = name.includes('\\') ? escapedLabels(name) : name.replace(/\.$/, '').split('.')
  let size = 1
  for (const label of labels) {
    if (label === '') throw new WireError(`"${name}" has an empty label`)
    if (label.length > 63) throw new WireError(`"${name}" has a label longer than 63 bytes`)
    size += label.length + 1
  }
  if (size > 255) throw new WireError(`"${name}" is longer than 255 bytes`)
  return labels
}

function escapedLabels(name: string): string[] {
  const labels = ['']
  for (const [word, digits, letter] of name.matchAll(/\\(\d{3})|\\(.)|./gs)) {
    if (word === '.') labels.push('')
    else labels[labels.length - 1] += digits ? String.fromCharCode(Number(digits) & 255) : (letter ?? word)
  }
  if (labels.at(-1) === '') labels.pop()
  return labels
}

/** Whether a text is a domain name, with or without the dot at its end. */
export function isName(text: string): boolean {
  try {
    labelsOf(text)
    return text !== ''
  } catch (error) {
    if (error instanceof WireError) return false
    throw error
  }
}

/** A name in lower case with its dot: how zones and names are compared. */
export function normalName(text: string): string {
  const lower = text.toLowerCase()
  return lower.endsWith('.') ? lower : `${lower}.`
}

/** Whether a name, in lower case, is a zone's or stands below it. */
export function isWithin(name: string, zone: string): boolean {
  if (zone === '.') return true
  if (!name.endsWith(zone)) return false
  return name.length === zone.length || name[name.length - zone.length - 1] === '.'
}

/** The longest of some zones that a name, in lower case, stands in. */
export function longestZone(name: string, zones: readonly string[]): string | undefined {
  let found: string | undefined
  for (const zone of zones)
    if (isWithin(name, zone) && (found === undefined || zone.length > found.length)) found = zone
  return found
}
