import {chooseLab, type RunningLab, runningLabs, takeDown} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {runningName} from '../find-lab.ts'

/** How long a lab may take to go, in ms; it takes a tenth of a second. */
const deadline = 10_000

/** Takes labs down and waits until nothing of them is left. */
export const run: CommandRun = async ([word], {all}) => {
  const labs = all ? await runningLabs() : [await chooseLab(await runningName(word))]
  if (labs.length === 0) process.stderr.write('No lab is up.\n')
  const gone = await Promise.all(labs.map(lab => takeDown(lab, {withinMs: deadline})))
  const left = labs.filter((_, index) => !gone[index])
  for (const lab of labs.filter((_, index) => gone[index])) process.stdout.write(`${lab.session.name} is down.\n`)
  for (const lab of left) process.stderr.write(stillThere(lab))
  return left.length === 0 ? exitCode.good : exitCode.failed
}

function stillThere({session, state}: RunningLab): string {
  return `podlab: ${session.name} is still there after ${deadline / 1000} s; end its first process with: kill -9 ${state.pid}\n`
}
