import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import {dirname} from 'node:path'
import type {VolumeFile} from './volume.ts'

/**
 * Writes the files of a volume as a kubelet does, so that a program never sees some of them old and some new. They lie in a folder named
 * after the time; the link `..data` leads to it; and under their own names there are links through `..data`. New files come into a new folder,
 * and then the one link is replaced, which is a single step for everybody.
 */
export function writeFiles(volume: string, files: readonly VolumeFile[], now: Date): void {
  const data = `${volume}/..data`
  const before = existsSync(data) ? readlinkSync(data) : undefined
  if (before !== undefined && isSame(data, files)) return
  const name = `${stamp(now)}.${writes++}`
  const folder = `${volume}/${name}`
  mkdirSync(folder)
  for (const {path, content, mode} of files) {
    if (path.includes('/')) mkdirSync(dirname(`${folder}/${path}`), {recursive: true})
    writeFileSync(`${folder}/${path}`, content, {mode})
    if ((mode & 0o777 & umask) !== 0) chmodSync(`${folder}/${path}`, mode)
  }
  if (before === undefined) {
    symlinkSync(name, data)
    linkNames(volume, files, [])
    return
  }
  symlinkSync(name, `${data}_tmp`)
  renameSync(`${data}_tmp`, data)
  linkNames(volume, files, readdirSync(volume))
  rmSync(`${volume}/${before}`, {recursive: true, force: true})
}

/* No two folders of one second have the same name. */
let writes = 0

/** What the kernel takes from the mode of a new file: what others than its owner may write. */
const umask = 0o022

/* ..2026_11_21_16_04_05 */
function stamp(now: Date): string {
  return `..${now.toISOString().slice(0, 19).replace(/[-T:]/g, '_')}`
}

function linkNames(volume: string, files: readonly VolumeFile[], there: readonly string[]): void {
  const wanted = new Set(files.map(({path}) => path.split('/')[0] ?? ''))
  const present = new Set(there.filter(name => !name.startsWith('..')))
  for (const name of wanted) if (!present.has(name)) symlinkSync(`..data/${name}`, `${volume}/${name}`)
  for (const name of present) if (!wanted.has(name)) rmSync(`${volume}/${name}`, {recursive: true})
}

function isSame(data: string, files: readonly VolumeFile[]): boolean {
  const there = readdirSync(data, {recursive: true, encoding: 'utf8'}).filter(path =>
    lstatSync(`${data}/${path}`).isFile(),
  )
  return (
    there.length === files.length &&
    files.every(
      ({path, content, mode}) =>
        there.includes(path) &&
        (lstatSync(`${data}/${path}`).mode & 0o777) === mode &&
        readFileSync(`${data}/${path}`).equals(Buffer.from(content)),
    )
  )
}
