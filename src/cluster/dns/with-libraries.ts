import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {Image} from '../../images/image.ts'
import {realCoredns} from './objects.ts'

/**
 * The image of the real CoreDNS with the libraries that its program is linked against, if there are any: one from a release needs none, one that was
 * built on this machine does. They lie in a folder of their own, above the program's.
 */
export function withLibraries(images: readonly Image[], home: string): readonly Image[] {
  return images.map(image => {
    const {name, root, entrypoint} = image
    if (name !== realCoredns || typeof root === 'string') return image
    const libraries = librariesOf(join(root.folder, entrypoint[0] ?? ''))
    if (libraries.length === 0) return image
    const folder = join(home, 'coredns-libraries')
    for (const library of libraries) {
      mkdirSync(join(folder, dirname(library)), {recursive: true})
      copyFileSync(library, join(folder, library))
    }
    return {...image, root: {folder: `${folder}:${root.folder}`}} // as overlayfs takes them, the upper first
  })
}

function librariesOf(program: string): readonly string[] {
  const {stdout} = spawnSync('ldd', [program], {encoding: 'utf8'})
  return [...(stdout ?? '').matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? [])
}
