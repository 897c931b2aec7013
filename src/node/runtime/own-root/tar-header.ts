import {isTarHeader} from '../../../images/archive.ts'
import {RootError} from './root-error.ts'

/** A file of a tar, without its content. */
export type TarEntry = {
  readonly name: string
  readonly type: EntryType
  /** Where a link leads: as a symbolic link says it, or the name of another entry. */
  readonly link: string
  /** In bytes. */
  readonly size: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** In seconds since 1970. */
  readonly mtime: number
}

/** `special`: devices and pipes. `extra`: what pax and GNU tar say of the next entry, or of all. */
export type EntryType = 'file' | 'folder' | 'symlink' | 'hardlink' | 'special' | 'extra'

/** What extra entries say: values in place of those in a header that has no room for them. */
export type Extra = Readonly<Record<string, string>>

/**
 * A tar is a row of blocks of 512 bytes: a header for each file (name, mode and size, numbers as octal text), then its content, filled
 * up. Where a name or number has no room in it, an entry before it holds them: of type L and K with GNU tar, of type x as "LENGTH
 * KEY=VALUE" with pax.
 */
export function parseHeader(block: Buffer): TarEntry & {readonly flag: string} {
  if (!isTarHeader(block)) throw new RootError('is damaged: there is no header of a tar where one must be')
  const name = textAt(block, 0, 100)
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0'
  const prefix = isPosix ? textAt(block, 345, 155) : ''
  const flag = String.fromCharCode(block[156] ?? 0)
  return {
    name: prefix ? `${prefix}/${name}` : name,
    flag,
    type: typeOf(flag, name),
    link: textAt(block, 157, 100),
    size: numberAt(block, 124, 12),
    mode: numberAt(block, 100, 8) & 0o7777,
    uid: numberAt(block, 108, 8) || 0,
    gid: numberAt(block, 116, 8) || 0,
    mtime: numberAt(block, 136, 12) || 0,
  }
}

/** The entry as its extras have it. */
export function withExtra(entry: TarEntry, extra: Extra): TarEntry {
  if (Object.keys(extra).some(key => key.startsWith('GNU.sparse.')))
    throw sparse(extra['GNU.sparse.name'] ?? entry.name)
  const number = (key: string, otherwise: number) => (extra[key] === undefined ? otherwise : wholeNumber(extra[key]))
  const name = extra.path ?? entry.name
  return {
    ...entry,
    name,
    type: entry.type === 'file' && name.endsWith('/') ? 'folder' : entry.type, // as the oldest tars have it
    link: extra.linkpath ?? entry.link,
    size: number('size', entry.size),
    uid: number('uid', entry.uid),
    gid: number('gid', entry.gid),
    mtime: number('mtime', entry.mtime),
  }
}

/** What an extra entry says. */
export function parseExtra(flag: string, content: Buffer): Extra {
  const text = () => content.toString('utf8').replace(/\0.*$/s, '')
  if (flag === 'L') return {path: text()}
  if (flag === 'K') return {linkpath: text()}
  const values: Record<string, string> = {}
  for (let at = 0; at < content.length; ) {
    const blank = content.indexOf(' ', at)
    const length = Number(content.toString('latin1', at, blank))
    const record = content.subarray(blank + 1, at + length - 1)
    const equals = record.indexOf('=')
    if (blank < 0 || !(length > blank - at + 1) || equals < 0) throw new RootError('is damaged: a pax record is none')
    values[record.toString('utf8', 0, equals)] = record.toString('utf8', equals + 1)
    at += length
  }
  return values
}

const types: Readonly<Record<string, EntryType>> = {
  '\0': 'file',
  0: 'file',
  1: 'hardlink',
  2: 'symlink',
  3: 'special',
  4: 'special',
  5: 'folder',
  6: 'special',
  7: 'file',
  L: 'extra',
  K: 'extra',
  x: 'extra',
  g: 'extra',
}

function typeOf(flag: string, name: string): EntryType {
  if (flag === 'S') throw sparse(name)
  const type = types[flag]
  if (type) return type
  throw new RootError(`holds ${JSON.stringify(name)}, of a type that podlab does not know: ${JSON.stringify(flag)}`)
}

function sparse(name: string): RootError {
  return new RootError(`holds ${name} as a sparse file; make the tar without --sparse`)
}

function textAt(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start)
  return block.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length))
}

/* A number too large for its octal digits stands there in binary, and the first bit says so. */
function numberAt(block: Buffer, start: number, length: number): number {
  if (((block[start] ?? 0) & 0x80) === 0) return Number.parseInt(textAt(block, start, length).trim() || '0', 8)
  return Number(block.readBigInt64BE(start + length - 8))
}

function wholeNumber(text: string): number {
  const number = Math.trunc(Number(text))
  if (text === '' || Number.isNaN(number)) throw new RootError(`is damaged: ${JSON.stringify(text)} is no number`)
  return number
}
