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
  const stats = statSync(path, {throwIfNoEntry: false})
  return stats && (stats.isDirectory() ? 'folder' : 'file')
}

/** What a lab is called that has no name of its own: `kubia` for `labs/kubia/lab.yaml`, and for `labs/kubia.yaml`. */
export function nameFrom(file: string): string {
  const own = basename(file).replace(/\.ya?ml$/, '')
  return own === 'lab' ? basename(dirname(resolve(file))) : own
}

/** What is wrong with a file, in a sentence that begins with its name. */
export function unreadable(file: string, error: unknown): string {
  if (error instanceof FileRefused) return `${file} ${error.message}`
  const reason = systemReasons[codeOf(error)]
  if (reason === undefined) throw error
  return `${file} ${reason}`
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EISDIR: 'is a folder; expected a file',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  ELOOP: 'is a link that leads round in a circle',
  ENAMETOOLONG: 'has a name that is too long',
  EIO: 'could not be read: the disk reports an error',
}

function kindAndSize(path: string) {
  const stats = statSync(path)
  return {isFolder: stats.isDirectory(), isFile: stats.isFile(), size: stats.size}
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
