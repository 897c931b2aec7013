import {runningLabs} from '../../cluster/running-labs.ts'
import {printTable} from '../../objects/table.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Lists the labs of this user that are up. */
export const run: CommandRun = async (_, {json}) => {
  const labs = (await runningLabs()).map(({session, state}) => ({name: session.name, ...state}))
  if (json) process.stdout.write(`${JSON.stringify(labs, undefined, 2)}\n`)
  else if (labs.length === 0) process.stderr.write('No lab is up.\n')
  else {
    const rows = labs.map(({name, source, startedAt}) => [name, startedAt, source])
    process.stdout.write(printTable({headings: ['NAME', 'UP SINCE', 'LAB'], rows}))
  }
  return exitCode.good
}
