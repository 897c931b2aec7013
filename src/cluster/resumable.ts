import {answers} from './answers.ts'
import {isInUse, KeptError, type KeptLab, keptNames, keptOf, readKept} from './kept.ts'
import {sessionNames, sessionOf} from './session.ts'

/** A lab that is not up and could be; or why it cannot. */
export type Resumable = {readonly name: string; readonly folder: string; readonly kept: KeptLab | KeptError}

/** Every lab of this user that ended without being taken down. */
export async function resumable(): Promise<readonly Resumable[]> {
  const found = await Promise.all(keptNames().map(resumableLab))
  return found.flatMap(one => one ?? [])
}

/** The names of labs that were never up and left something where labs are kept: all was killed at once while they began. */
export function unfinished(): readonly string[] {
  const begun = sessionNames()
  return keptNames().filter(name => !begun.includes(name) && read(keptOf(name)) === undefined && !isInUse(keptOf(name)))
}

async function resumableLab(name: string): Promise<Resumable | undefined> {
  const place = keptOf(name)
  const kept = read(place)
  if (kept === undefined || (await answers(sessionOf(name))) || isInUse(place)) return undefined
  return {name, folder: place.folder, kept}
}

function read(place: ReturnType<typeof keptOf>): KeptLab | KeptError | undefined {
  try {
    return readKept(place)
  } catch (error) {
    if (error instanceof KeptError) return error
    throw error
  }
}
