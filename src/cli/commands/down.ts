import {forget, keptOf} from '../../cluster/kept.ts'
import {resumable} from '../../cluster/resumable.ts'
import {chooseLab, type RunningLab, runningLabs, takeDown} from '../../cluster/running-labs.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {findKept, runningName} from '../find-lab.ts'

/** How long a lab may take to go, in ms; it takes a tenth of a second. */
const deadline = 10_000

/** Takes labs down and waits until nothing of them is left, nor of those that could be resumed. */
export const run: CommandRun = async ([word], {all}) => {
  const ended = await resumable()
  const lost = all ? ended : word === undefined ? [] : [findKept(word, ended) ?? []].flat()
  for (const {name} of lost) {
    forget(keptOf(name))
    process.stdout.write(`${name} was not up; what was kept of it is removed.\n`)
  }
  if (lost.length > 0 && !all) return exitCode.good
  const labs = all ? await runningLabs() : [await chosen(word, ended.map(({name}) => name).join(', '))]
  if (labs.length + lost.length === 0) process.stderr.write('No lab is up.\n')
  const gone = await Promise.all(labs.map(lab => takeDown(lab, {withinMs: deadline})))
  const left = labs.filter((_, index) => !gone[index])
  for (const lab of labs.filter((_, index) => gone[index])) process.stdout.write(`${lab.session.name} is down.\n`)
  for (const lab of left) process.stderr.write(stillThere(lab))
  return left.length === 0 ? exitCode.good : exitCode.failed
}

async function chosen(word: unknown, ended: string): Promise<RunningLab> {
  if (word === undefined && ended !== '' && (await runningLabs()).length === 0)
    throw new UsageError(`no lab is up, but kept are: ${ended}. Remove what is kept of one with: podlab down NAME`)
  return chooseLab(await runningName(word), 'podlab down NAME, or take all down with --all')
}

function stillThere({session, state}: RunningLab): string {
  return `podlab: ${session.name} is still there after ${deadline / 1000} s; end its first process with: kill -9 ${state.pid}\n`
}
