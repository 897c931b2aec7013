import {readFileSync} from 'node:fs'
import {join} from 'node:path'

/** The folder of the checkout or of the installed package. */
export const home = join(import.meta.dirname, '..', '..')

/** podlab's version, from its package.json. */
export function version(): string {
  const {version} = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {version: string}
  return version
}
