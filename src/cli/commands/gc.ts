import {findGarbage, type Garbage, removeGarbage} from '../../cluster/garbage.ts'
import {forget, type Kept, keptOf} from '../../cluster/kept.ts'
import {resumable, unfinished} from '../../cluster/resumable.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Removes what dead labs have left, and says what; a lab that lives is never touched. */
export const run: CommandRun = async (_, {dryRun, kept}) => {
  const found = await findGarbage(process.env)
  for (const {path, why} of found.kept) process.stderr.write(`kept ${path}: ${why}\n`)
  const lost = await lostLabs(kept === true)
  if (found.garbage.length + lost.length === 0) process.stderr.write('Nothing is left of dead labs.\n')
  let left = 0
  for (const one of found.garbage) {
    const done = dryRun === true ? 'would' : (await removeGarbage(one)) ? 'did' : 'could not'
    if (done === 'could not') left++
    process.stdout.write(`${words(one, done)}\n`)
  }
  for (const one of lost) process.stdout.write(removeLost(one, dryRun === true))
  return left === 0 ? exitCode.good : exitCode.failed
}

/* What is kept of labs that were never up, or of all; the others are named. */
async function lostLabs(all: boolean): Promise<readonly Kept[]> {
  const ended = (await resumable()).map(({name}) => keptOf(name))
  const lost = unfinished().map(name => keptOf(name))
  if (all) return [...lost, ...ended]
  for (const {folder, name} of ended)
    process.stderr.write(`kept ${folder}: podlab resume ${name} brings the lab back; with --kept it is removed\n`)
  return lost
}

function removeLost(kept: Kept, dryRun: boolean): string {
  if (!dryRun) forget(kept)
  return `${dryRun ? 'would remove' : 'removed'} ${kept.folder}: what was kept of a lab\n`
}

type Done = 'would' | 'did' | 'could not'

function words(garbage: Garbage, done: Done): string {
  const verb = (present: string, past: string) => (done === 'did' ? past : `${done} ${present}`)
  switch (garbage.kind) {
    case 'folder':
      return `${verb('remove', 'removed')} ${garbage.path}: ${garbage.why}`
    case 'lab': {
      const pids = [garbage.daemon, ...garbage.keepers].join(', ')
      return `${verb('end', 'ended')} the lab ${garbage.name} (process ${pids}): its session's folder has been removed, so no command reaches it`
    }
  }
}
