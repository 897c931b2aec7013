import type {Format} from './format.ts'
import {atKey, forbidden, invalid, type Mistake, type Path} from './mistake.ts'

/** What a ConfigMap and a Secret hold: a text, or bytes in base64, under each key. */
export type DataEntries = Readonly<Record<string, string>>

/** The key of an entry, which may become a file's name. */
export const dataKey: Format = key => {
  if (key.length > 253) return 'must be no more than 253 characters'
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
  if (key === '.') return "must not be '.'"
  if (key === '..') return "must not be '..'"
  return key.startsWith('..') ? "must not start with '..'" : undefined
}

/** How many bytes all entries together may have: etcd takes no more than 1.5 MiB, so Kubernetes stops at 1 MiB. */
const mostBytes = 1024 * 1024

export function keyMistakes(entries: DataEntries, path: Path): Mistake[] {
  return Object.keys(entries).flatMap(key => {
    const why = dataKey(key)
    return why === undefined ? [] : [invalid([...path, atKey(key)], key, why)]
  })
}

export function base64Mistakes(entries: DataEntries, path: Path): Mistake[] {
  return Object.entries(entries).flatMap(([key, value]) => {
    const at = illegalByte(value)
    return at === undefined ? [] : [{path: [...path, atKey(key)], message: `illegal base64 data at input byte ${at}`}]
  })
}

export function sizeMistakes(bytes: number, path: Path): Mistake[] {
  return bytes > mostBytes ? [{path, message: `Too long: may not be more than ${mostBytes} bytes`}] : []
}

/** What may not change once `immutable` is set, itself included: each field that does. */
export function frozenMistakes(changed: Readonly<Record<string, boolean>>): Mistake[] {
  return Object.entries(changed).flatMap(([field, differs]) =>
    differs ? [forbidden([field], 'field is immutable when `immutable` is set')] : [],
  )
}

export function textBytes(entries: DataEntries): number {
  return Object.values(entries).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
}

export function decodedBytes(entries: DataEntries): number {
  return Object.values(entries).reduce((sum, text) => sum + Buffer.byteLength(text, 'base64'), 0)
}

/** Where base64 with its padding stops being that; line breaks are let through, as Go does. */
export function illegalByte(text: string): number | undefined {
  const letters = text.replace(/[\r\n]/g, '')
  const stop = letters.search(/[^A-Za-z0-9+/]/)
  const count = stop < 0 ? letters.length : stop
  const padding = count % 4 === 0 ? '' : count % 4 === 2 ? '==' : '='
  if (count % 4 !== 1 && letters.slice(count) === padding) return undefined
  return stop < 0 ? Math.floor(count / 4) * 4 : stop
}
