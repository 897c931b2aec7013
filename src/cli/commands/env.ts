import {chooseLab} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {runningName} from '../find-lab.ts'
import {exportLine} from '../kubeconfig.ts'

/** Prints what a shell needs so that kubectl means this lab: eval "$(podlab env kubia)". */
export const run: CommandRun = async ([word]) => {
  const {session} = await chooseLab(await runningName(word), 'podlab env NAME')
  process.stdout.write(`${exportLine(session)}\n`)
  return 0
}
