/** A file of an archive: a folder when it has no bytes. */
export type CpioEntry = {readonly name: string; readonly mode: number; readonly bytes?: Uint8Array}

const folderType = 0o040000
const fileType = 0o100000

/**
 * The kernel's first root comes as a cpio archive of the form "newc": each member is a header of 110 characters, the name and the
 * bytes, both filled up to four.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  const members = entries.map(({name, mode, bytes}, index) =>
    member({name, bytes, inode: index + 1, mode: (bytes === undefined ? folderType : fileType) | mode}),
  )
  return Buffer.concat([...members, member({name: 'TRAILER!!!', inode: 0, mode: 0, bytes: undefined})])
}

type Member = {
  readonly name: string
  readonly bytes: Uint8Array | undefined
  readonly inode: number
  readonly mode: number
}

function member({name, bytes = new Uint8Array(), inode, mode}: Member): Buffer {
  const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, name.length + 1, 0]
  const header = `070701${fields.map(field => field.toString(16).padStart(8, '0')).join('')}${name}\0`
  return Buffer.concat([filledUp(Buffer.from(header, 'latin1')), filledUp(bytes)])
}

function filledUp(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)])
}
