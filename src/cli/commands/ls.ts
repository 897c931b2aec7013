import {runningLabs} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Lists the labs of this user that are up. */
export const run: CommandRun = async (_, {json}) => {
  const labs = (await runningLabs()).map(({session, state}) => ({name: session.name, ...state}))
  if (json) process.stdout.write(`${JSON.stringify(labs, undefined, 2)}\n`)
  else if (labs.length === 0) process.stderr.write('No lab is up.\n')
  else process.stdout.write(table(labs.map(({name, source, startedAt}) => [name, startedAt, source])))
  return exitCode.good
}

function table(rows: readonly (readonly string[])[]): string {
  const all = [['NAME', 'UP SINCE', 'LAB'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0))) ?? []
  return all
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
          .join('')
          .trimEnd()}\n`,
    )
    .join('')
}
