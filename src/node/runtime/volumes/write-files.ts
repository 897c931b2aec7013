import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
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
  const folder = mkdtempSync(`${volume}/${stamp(now)}.`)
  chmodSync(folder, 0o755)
  for (const {path, content, mode} of files) {
    if (path.includes('/')) mkdirSync(dirname(`${folder}/${path}`), {recursive: true})
    writeFileSync(`${folder}/${path}`, content, {mode})
    if ((mode & 0o777 & umask) !== 0) chmodSync(`${folder}/${path}`, mode)
  }
  symlinkSync(folder.slice(volume.length + 1), `${data}_tmp`)
  renameSync(`${data}_tmp`, data)
  linkNames(volume, files)
  if (before !== undefined) rmSync(`${volume}/${before}`, {recursive: true, force: true})
}

/** What the kernel takes from the mode of a new file: what others than its owner may write. */
const umask = 0o022

/* ..2026_11_21_16_04_05 */
function stamp(now: Date): string {
  return `..${now.toISOString().slice(0, 19).replace(/[-T:]/g, '_')}`
}

function linkNames(volume: string, files: readonly VolumeFile[]): void {
  const wanted = new Set(files.map(({path}) => path.split('/')[0] ?? ''))
  const present = new Set(readdirSync(volume).filter(name => !name.startsWith('..')))
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
