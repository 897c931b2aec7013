import {type Resumable, resumable} from '../../cluster/resumable.ts'
import {start} from '../bring-up.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {findKept} from '../find-lab.ts'
import {patienceOf} from '../patience.ts'
import {leaveUp} from './up.ts'

/** Brings back a lab that ended without being taken down, as it was. */
export const run: CommandRun = async ([word], options, signal) => {
  const began = performance.now()
  const {kept} = choose(word, await resumable())
  if (kept instanceof Error) throw kept
  const {lab, source} = kept
  const up = await start({lab, source, resume: kept}, {patience: patienceOf(options), signal})
  return leaveUp(up, {began, verb: 'back'})
}

function choose(word: unknown, labs: readonly Resumable[]): Resumable {
  const names = labs.map(({name}) => name).join(', ')
  if (names === '') throw new UsageError('there is no lab that ended without being taken down')
  if (word === undefined && labs.length > 1)
    throw new UsageError(`several labs can be resumed (${names}); choose one: podlab resume NAME`)
  const chosen = word === undefined ? labs[0] : findKept(word, labs)
  if (!chosen) throw new UsageError(`there is nothing to resume of ${word}; labs that can be: ${names}`)
  return chosen
}
