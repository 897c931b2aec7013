import {existsSync, statSync} from 'node:fs'
import {join, posix} from 'node:path'
import {fileBytes, type Part} from './bytes.ts'
import {RootError} from './root-error.ts'
import {readTar} from './tar.ts'

/** The files of an image as it was saved, layers and their descriptions, by name. */
export type Saved = {part(name: string): Part | undefined}

/** A folder with the files of a saved image. */
export function savedFolder(folder: string): Saved {
  return {
    part: name => {
      const file = join(folder, inside(name))
      return existsSync(file) ? {file, start: 0, size: statSync(file).size} : undefined
    },
  }
}

/** A tar with the files of a saved image: `docker save` links to a layer that stands there already. */
export async function savedTar(file: string): Promise<Saved> {
  const parts = new Map<string, Part | string>()
  const bytes = fileBytes(file)
  try {
    for await (const {name, type, link, offset, size} of readTar(bytes)) {
      const path = posix.normalize(name)
      if (type === 'file') parts.set(path, {file, start: offset, size})
      if (type === 'symlink') parts.set(path, posix.join(posix.dirname(path), link))
      if (parts.size > filesAtMost) break
    }
  } catch (error) {
    if (!(error instanceof RootError)) throw error // who unpacks it comes to the same place, and knows more of it
  } finally {
    bytes.close()
  }
  return {
    part: name => {
      const found = parts.get(inside(name))
      const followed = typeof found === 'string' ? parts.get(found) : found
      return typeof followed === 'string' ? undefined : followed
    },
  }
}

/* A root file system has more, and an image of so many layers there is not. */
const filesAtMost = 5000

/* A part is named by its image, which may be anybody's. */
function inside(name: string): string {
  const path = posix.normalize(name)
  if (path.startsWith('/') || path.split('/').includes('..')) throw new RootError(`has a part outside of it: ${name}`)
  return path
}
