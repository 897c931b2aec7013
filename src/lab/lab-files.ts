import {readFileSync, statSync} from 'node:fs'
import {basename, dirname, resolve} from 'node:path'

const sizeLimit = 1024 * 1024

/** Why a file of a lab was not read, where the system has no word for it. */
class FileRefused extends Error {
  override readonly name = 'FileRefused'
}

/** Reads a text file of at most 1 MB; throws the system's error, or says what is wrong with it. The lab floor's one effect. */
export function readLabFile(path: string): string {
  const {size, ...file} = kindAndSize(path)
  if (file.isFolder) throw new FileRefused('is a folder; expected a file')
  if (!file.isFile) throw new FileRefused('is no regular file')
  if (size > sizeLimit) throw new FileRefused(`has ${size} bytes; the limit is ${sizeLimit}, 1 MB`)
  try {
    return new TextDecoder('utf-8', {fatal: true}).decode(readFileSync(path))
  } catch (error) {
    if (error instanceof TypeError) throw new FileRefused('is not UTF-8 text', {cause: error})
    throw error
  }
}

/** What stands at a path: `folder`, `file` or nothing. */
export function whatIs(path: string): 'folder' | 'file' | undefined {
  try {
    const stats = statSync(path, {throwIfNoEntry: false})
    return stats && (stats.isDirectory() ? 'folder' : 'file')
  } catch {
    return 'file' // something is in the way; reading it says what
  }
}

/** What a lab is called that has no name of its own: `kubia` for `labs/kubia/lab.yaml`, and for `labs/kubia.yaml`. */
export function nameFrom(file: string): string {
  const own = basename(file).replace(/\.ya?ml$/, '')
  return own === 'lab' ? basename(dirname(resolve(file))) : own
}

/** What is wrong with a file, in a sentence that begins with its name. */
export function unreadable(file: string, error: unknown): string {
  if (error instanceof FileRefused) return `${file} ${error.message}`
  const code = codeOf(error)
  if (code === '') throw error
  return `${file} ${systemReasons[code] ?? `could not be read: ${code}`}`
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a folder; expected a file',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  ELOOP: 'is a link that leads round in a circle',
  ENAMETOOLONG: 'has a name that is too long',
  ERR_INVALID_ARG_VALUE: 'has a zero byte in its name',
  EIO: 'could not be read: the disk reports an error',
}

/** Why something could not be written, in a sentence that begins with its name. */
export function unwritable(what: string, error: unknown): string {
  const code = codeOf(error)
  if (code === '') throw error
  return `${what} ${writeReasons[code] ?? `could not be written: ${code}`}`
}

const writeReasons: Readonly<Record<string, string>> = {
  EACCES: 'may not be written by you',
  EPERM: 'may not be written by you',
  EROFS: 'could not be written: its file system is read-only',
  ENOSPC: 'could not be written: the disk is full',
  EDQUOT: 'could not be written: your share of the disk is used up',
  EEXIST: 'could not be written: something of this name is there already',
  ENOTDIR: 'could not be written: a part of its path is a file',
  ENAMETOOLONG: 'has a name that is too long',
}

function kindAndSize(path: string) {
  const stats = statSync(path)
  return {isFolder: stats.isDirectory(), isFile: stats.isFile(), size: stats.size}
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
