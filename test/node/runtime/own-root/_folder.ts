import {lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {ExecutionContext} from 'ava'

/** A folder of a test's own, gone with it. It lies deep: what a fault removes besides is the test's own, too. */
export function folderOf(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'podlab-own-root-'))
  t.teardown(() => rmSync(folder, {recursive: true, force: true}))
  mkdirSync(join(folder, 'some/where/deep'), {recursive: true})
  return join(folder, 'some/where/deep')
}

/** What a folder holds, a line each: `NAME -> LINK`, `NAME: CONTENT` or `NAME/`. */
export function listOf(folder: string, below = ''): readonly string[] {
  return readdirSync(join(folder, below))
    .sort()
    .flatMap(entry => {
      const name = join(below, entry)
      const path = join(folder, name)
      const stats = lstatSync(path)
      if (stats.isSymbolicLink()) return [`${name} -> ${readlinkSync(path)}`]
      return stats.isDirectory() ? [`${name}/`, ...listOf(folder, name)] : [`${name}: ${readFileSync(path)}`]
    })
}
