import {
  chmodSync,
  closeSync,
  fchmodSync,
  futimesSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {placeIn} from './place-in.ts'
import {RootError} from './root-error.ts'
import type {TarFile} from './tar.ts'

/** How much may still be unpacked, all of a lab's images together. */
export type Allowance = {bytes: number; files: number}

/** What a lab's images may unpack to: they lie in memory. */
export const allowance = (): Allowance => ({bytes: 2 ** 30, files: 200_000})

export type UnpackOptions = {
  readonly allowance: Allowance
  readonly signal: AbortSignal
  /** A layer of an image takes away what lies in those below: `.wh.NAME` stands for a file that is gone. */
  readonly isLayer: boolean
}

/**
 * Unpacks a tar into a folder. Names that lead out of it lead nowhere but into it. Devices and pipes are left out; owners are kept
 * where the kernel lets us, that is for root.
 */
export async function unpack(
  files: AsyncIterable<TarFile>,
  folder: string,
  {allowance: left, signal, isLayer}: UnpackOptions,
): Promise<void> {
  const made = new Set<string>()
  for await (const file of files) {
    signal.throwIfAborted()
    spend(left, file)
    const path = placeOf(file, folder)
    if (isLayer && path !== folder && basename(path).startsWith('.wh.')) takeAway(path, made)
    else if (file.type === 'folder') makeFolder(path, file)
    else await makeFile(file, path, {folder, signal})
    for (let at = path; at.length > folder.length; at = dirname(at)) made.add(at)
  }
}

function placeOf({name, link, type}: TarFile, folder: string): string {
  if (name.includes('\0') || link.includes('\0')) throw new RootError('is damaged: a zero byte in a name')
  const path = placeIn(folder, name)
  if (path !== folder || type === 'folder') return path
  throw new RootError(`holds ${JSON.stringify(name)}, which is the root, as a file`)
}

function spend(left: Allowance, {name, size}: TarFile): void {
  left.files -= 1
  if (left.files < 0) throw new RootError('unpacks to too many files: a lab may have 200,000; use a folder instead')
  if (size > left.bytes)
    throw new RootError(`unpacks to more than the 1 GB that a lab may have, at ${name}; use a folder instead`)
  left.bytes -= size
}

/* Its owner may write to it whatever its mode says: its files come later. */
function makeFolder(path: string, file: TarFile): void {
  if (!isFolder(path)) {
    rmSync(path, {force: true})
    mkdirSync(path)
  }
  own(path, file)
  chmodSync(path, file.mode | 0o700)
}

async function makeFile(
  file: TarFile,
  path: string,
  {folder, signal}: {folder: string; signal: AbortSignal},
): Promise<void> {
  if (file.type === 'hardlink') return makeLink(placeIn(folder, file.link), path, file)
  rmSync(path, {recursive: true, force: true})
  if (file.type === 'symlink') symlinkSync(file.link, path)
  if (file.type === 'file') await writeContent(file, path, signal)
  if (file.type !== 'special') own(path, file)
}

function makeLink(target: string, path: string, {name, link}: TarFile): void {
  if (target === path) return
  const stats = lstatSync(target, {throwIfNoEntry: false})
  if (!stats || stats.isDirectory())
    throw new RootError(`is damaged: ${name} is a hard link to ${link}, which is no file`)
  rmSync(path, {recursive: true, force: true})
  linkSync(target, path)
}

async function writeContent(file: TarFile, path: string, signal: AbortSignal): Promise<void> {
  const descriptor = openSync(path, 'wx', 0o600)
  try {
    for await (const piece of file.content()) {
      signal.throwIfAborted()
      for (let done = 0; done < piece.length; ) done += writeSync(descriptor, piece, done)
    }
    fchmodSync(descriptor, file.mode)
    futimesSync(descriptor, file.mtime, file.mtime)
  } finally {
    closeSync(descriptor)
  }
}

/* Without root there are no other users to give a file to. */
function own(path: string, {uid, gid, mode, type}: TarFile): void {
  if (process.getuid?.() !== 0) return
  try {
    lchownSync(path, uid, gid)
    if (type === 'file') chmodSync(path, mode) // chown takes the setuid bit away
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'ERR_OUT_OF_RANGE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}

/* `.wh..wh..opq` takes away all that the layers below have in its folder, and leaves what this layer has brought. */
function takeAway(path: string, made: ReadonlySet<string>): void {
  const name = basename(path).slice('.wh.'.length)
  if (name === '.wh..opq') clear(dirname(path), made)
  else if (name !== '' && name !== '.' && name !== '..' && !name.startsWith('.wh.'))
    rmSync(join(dirname(path), name), {recursive: true, force: true})
}

function clear(folder: string, made: ReadonlySet<string>): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!made.has(path)) rmSync(path, {recursive: true, force: true})
    else if (isFolder(path)) clear(path, made)
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false
}
