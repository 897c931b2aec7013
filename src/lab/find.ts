import {join} from 'node:path'
import {suggestion} from '../objects/nearest.ts'
import {LabError, mistakeOf} from './lab-error.ts'

/** What a word of the command line means: a lab's file, or a lab that is up. */
export type FoundLab = {readonly file: string} | {readonly running: string}

/**
 * Finds the lab that is meant by a folder (`labs/kubia`), a file (`labs/kubia/lab.yaml`) or the name of a lab that is up
 * (`kubia`); the folder or file comes first. Throws LabError.
 */
export function findLab(
  word: string,
  {
    whatIs,
    running,
  }: {readonly whatIs: (path: string) => 'folder' | 'file' | undefined; readonly running: readonly string[]},
): FoundLab {
  const kind = whatIs(word)
  if (kind === 'file') return {file: word}
  if (kind === 'folder' && whatIs(join(word, 'lab.yaml')) === 'file') return {file: join(word, 'lab.yaml')}
  if (running.includes(word)) return {running: word}
  if (kind === 'folder') throw new LabError([mistakeOf(word, 'this folder holds no lab.yaml')])
  throw new LabError([
    mistakeOf(word, 'there is no such folder or file, and no lab of this name is up', advice(word, running)),
  ])
}

function advice(word: string, running: readonly string[]): string {
  const meant = suggestion(word, running)
  if (running.length === 0) return 'no lab is up; bring one up with: podlab up labs/kubia'
  return [`up now: ${running.join(', ')}`, ...(meant ? [meant] : [])].join('; ')
}
