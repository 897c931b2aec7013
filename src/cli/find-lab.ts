import {basename, join, resolve} from 'node:path'
import type {Resumable} from '../cluster/resumable.ts'
import {runningLabs} from '../cluster/running-labs.ts'
import {findLab} from '../lab/find.ts'
import type {Lab} from '../lab/lab.ts'
import {whatIs} from '../lab/lab-files.ts'
import type {Setting} from '../lab/parameters.ts'
import {UsageError} from './command.ts'
import {home} from './version.ts'

/** The lab file that a word of the command line names by folder or file. */
export function labFile(word: string): string {
  if (whatIs(word) === undefined) throw new UsageError(noSuchLab(word))
  const found = findLab(word, {whatIs, running: []})
  if ('running' in found) throw new UsageError(`${word} is no lab file`)
  return found.file
}

/** Reads a lab with the parameters that were `--set`. Throws LabError with all that is wrong in it. */
export async function readLab(
  word: unknown,
  settings: readonly Setting[],
): Promise<{readonly lab: Lab; readonly source: string}> {
  const file = labFile(String(word))
  const [{loadLab}, {readLabFile}, {rootFault}, {checks}] = await Promise.all([
    import('../lab/parse.ts'),
    import('../lab/lab-files.ts'),
    import('../lab/root-fault.ts'),
    import('../exercise/checks/index.ts'),
  ])
  return {lab: loadLab(file, {readFile: readLabFile, rootFault, checks, settings}), source: resolve(file)}
}

function noSuchLab(word: string): string {
  const meant = [join('labs', word), join(home, 'labs', basename(word))].find(path => whatIs(path))
  const advice = meant ? `did you mean ${meant}?` : 'a lab is brought up from its folder, like labs/kubia'
  return `there is no folder or file ${word}; ${advice}`
}

/** The name of the running lab that a word means: its name, or the folder or file that it was brought up from. */
export async function runningName(word: unknown): Promise<string | undefined> {
  if (word === undefined) return undefined
  const labs = await runningLabs()
  const found = findLab(String(word), {whatIs, running: labs.map(({session}) => session.name)})
  if ('running' in found) return found.running
  const source = resolve(found.file)
  const lab = labs.find(({state}) => state.source === source)
  if (!lab) throw new UsageError(`the lab of ${found.file} is not up. Bring it up with: podlab up ${word}`)
  return lab.session.name
}

/** The lab, of those that could be resumed, that a word means: its name, or the folder or file that it was brought up from. */
export function findKept(word: unknown, labs: readonly Resumable[]): Resumable | undefined {
  const name = String(word)
  const named = labs.find(lab => lab.name === name)
  if (named || whatIs(name) === undefined) return named
  const source = resolve(labFile(name))
  return labs.find(({kept}) => 'source' in kept && kept.source === source)
}
