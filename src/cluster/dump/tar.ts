/** A file of an archive; the path has no more than 255 bytes. */
export type TarFile = {readonly path: string; readonly text: string}

/** Bytes that are no archive of podlab's. */
export class TarError extends Error {
  override readonly name = 'TarError'
}

/**
 * An archive of text files, as `tar -xf` reads it (ustar): for each file a block of 512 bytes that describes it, its bytes in whole blocks,
 * and two empty blocks at the end. `at` is in seconds since 1970.
 */
export function printTar(files: readonly TarFile[], at: number): Buffer {
  return Buffer.concat([...files.flatMap(file => printFile(file, at)), Buffer.alloc(2 * block)])
}

const block = 512

function printFile({path, text}: TarFile, at: number): readonly Buffer[] {
  const bytes = Buffer.from(text)
  return [header(path, bytes.length, at), bytes, Buffer.alloc((block - (bytes.length % block)) % block)]
}

/* Where each field is, in bytes from the start. */
const field = {
  name: 0,
  mode: 100,
  user: 108,
  group: 116,
  size: 124,
  time: 136,
  sum: 148,
  type: 156,
  magic: 257,
  prefix: 345,
}

function header(path: string, size: number, at: number): Buffer {
  const bytes = Buffer.alloc(block)
  const [prefix, name] = split(path)
  bytes.write(name, field.name)
  bytes.write(prefix, field.prefix)
  bytes.write(`${octal(0o600, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, field.mode)
  bytes.write(`${octal(size, 11)}\0${octal(at, 11)}\0`, field.size)
  bytes.write('0', field.type)
  bytes.write('ustar\x0000', field.magic)
  bytes.write(`${octal(sumOf(bytes), 6)}\0 `, field.sum)
  return bytes
}

/* A long path is divided at a slash into a prefix and a name. */
function split(path: string): readonly [string, string] {
  if (Buffer.byteLength(path) <= 100) return ['', path]
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name]
  }
  throw new TarError(`the path ${path} is too long for an archive`)
}

function octal(number: number, digits: number): string {
  return number.toString(8).padStart(digits, '0')
}

/* The sum of all bytes, its own field counted as spaces. */
function sumOf(bytes: Buffer): number {
  const own = (at: number) => at >= field.sum && at < field.sum + 8
  return bytes.reduce((sum, byte, at) => sum + (own(at) ? 32 : byte), 0)
}

/** Reads what `printTar` printed. Throws TarError for anything else. */
export function parseTar(bytes: Buffer): readonly TarFile[] {
  const files: TarFile[] = []
  let at = 0
  for (;;) {
    const head = bytes.subarray(at, at + block)
    if (head.length < block) throw new TarError('the archive has no end')
    if (head.every(byte => byte === 0)) return files
    const word = (from: number, length: number) => String(head.subarray(from, from + length)).replace(/\0.*$/s, '')
    if (Number.parseInt(word(field.sum, 8), 8) !== sumOf(head))
      throw new TarError(`the sum of the header at ${at} is wrong`)
    const size = Number.parseInt(word(field.size, 12), 8)
    const prefix = word(field.prefix, 155)
    const text = bytes.subarray(at + block, at + block + size)
    if (text.length < size) throw new TarError('the archive ends in the middle of a file')
    files.push({path: prefix === '' ? word(field.name, 100) : `${prefix}/${word(field.name, 100)}`, text: String(text)})
    at += block + Math.ceil(size / block) * block
  }
}
