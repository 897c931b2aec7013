import {findGarbage, type Garbage, removeGarbage} from '../../cluster/garbage.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Removes what dead labs have left, and says what; a lab that lives is never touched. */
export const run: CommandRun = async (_, {dryRun}) => {
  const {garbage, kept} = await findGarbage(process.env)
  for (const {path, why} of kept) process.stderr.write(`kept ${path}: ${why}\n`)
  if (garbage.length === 0) process.stderr.write('Nothing is left of dead labs.\n')
  let left = 0
  for (const one of garbage) {
    const done = dryRun === true ? 'would' : (await removeGarbage(one)) ? 'did' : 'could not'
    if (done === 'could not') left++
    process.stdout.write(`${words(one, done)}\n`)
  }
  return left === 0 ? exitCode.good : exitCode.failed
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
