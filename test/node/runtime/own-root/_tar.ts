/** An entry of a tar as a test writes it: any field of its header may be put wrong. */
export type Written = {
  readonly name: string
  readonly content?: string | Buffer
  /** The type's flag: 0 file, 1 hard link, 2 symbolic link, 3 device, 5 folder, 6 pipe, x pax, L long name. */
  readonly flag?: string
  readonly link?: string
  readonly mode?: number
  /** What the header says, whatever the content has. */
  readonly size?: number
}

/** A tar of these entries, with its end mark. */
export function tarOf(entries: readonly Written[]): Buffer {
  return Buffer.concat([...entries.map(entryOf), Buffer.alloc(1024)])
}

/** An entry of pax records: `path=...` and the like. */
export function paxOf(records: Readonly<Record<string, string>>, flag = 'x'): Written {
  const content = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const length = Buffer.byteLength(rest)
    return `${length + `${length + `${length}`.length}`.length}${rest}`
  })
  return {name: 'pax', flag, content: content.join('')}
}

function entryOf({name, content = '', flag = '0', link = '', mode = 0o644, size}: Written): Buffer {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(name, 0, 100)
  header.write(octal(mode, 8), 100)
  header.write(octal(process.getuid?.() ?? 0, 8), 108)
  header.write(octal(process.getgid?.() ?? 0, 8), 116)
  header.write(octal(size ?? body.length, 12), 124)
  header.write(octal(1_000_000_000, 12), 136)
  header.write(flag, 156)
  header.write(link, 157, 100)
  header.write('ustar\0' + '00', 257)
  header.write('        ', 148)
  header.write(
    octal(
      header.reduce((sum, byte) => sum + byte, 0),
      8,
    ),
    148,
  )
  return Buffer.concat([header, body, Buffer.alloc(Math.ceil(body.length / 512) * 512 - body.length)])
}

function octal(number: number, length: number): string {
  return `${number.toString(8).padStart(length - 1, '0')}\0`
}
