import {existsSync} from 'node:fs'
import {answers} from './answers.ts'
import {forget, isInUse, type Kept, type KeptLab, keptOf, readKept} from './kept.ts'
import type {Session} from './session.ts'
import {StartError} from './start-error.ts'

/**
 * Where a lab of this name is kept, or why it is not; with `resume` it is there already. What is left there of a lab that never was up is
 * nothing. Throws StartError rather than to put a new lab in the place of one that ended without being taken down.
 */
export async function placeToKeep(
  session: Session,
  resume: KeptLab | undefined,
): Promise<{kept?: Kept; note?: string}> {
  const kept = keptOf(session.name)
  if (!existsSync(kept.folder) || (await answers(session))) return {kept}
  if (isInUse(kept)) {
    const why = `another lab of the name ${kept.name} is kept in ${kept.folder}`
    if (resume) throw new StartError(`${why}, and it is up`, 'already-up')
    return {note: `the lab lives in memory alone and cannot be resumed after a crash: ${why}`}
  }
  if (resume) return {kept}
  const before = readKept(kept)
  if (before) throw new StartError(wouldBeLost(kept.name, before), 'kept')
  forget(kept)
  return {kept}
}

function wouldBeLost(name: string, {startedAt}: KeptLab): string {
  return `lab ${name}, up since ${startedAt}, ended without being taken down. What was done in it is kept.
Bring it back:  podlab resume ${name}
Begin anew:     podlab down ${name}, and podlab up again`
}
