import {type Resumable, resumable} from '../../cluster/resumable.ts'
import {runningLabs} from '../../cluster/running-labs.ts'
import {printTable} from '../../objects/table.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Lists the labs of this user that are up, and those that ended without being taken down. */
export const run: CommandRun = async (_, {json}) => {
  const labs = (await runningLabs()).map(({session, state}) => ({name: session.name, up: true, ...state}))
  const ended = (await resumable()).map(describe)
  if (json) {
    process.stdout.write(`${JSON.stringify([...labs, ...ended], undefined, 2)}\n`)
    return exitCode.good
  }
  if (labs.length === 0) process.stderr.write('No lab is up.\n')
  else {
    const rows = labs.map(({name, source, startedAt}) => [name, startedAt, source])
    process.stdout.write(printTable({headings: ['NAME', 'UP SINCE', 'LAB'], rows}))
  }
  if (ended.length > 0) {
    const rows = ended.map(({name, source = '', startedAt = '', error}) => [name, startedAt, error ?? source])
    const advice = 'Ended without being taken down; podlab resume NAME brings one back, podlab down NAME removes it:'
    process.stdout.write(
      `${labs.length > 0 ? '\n' : ''}${advice}\n${printTable({headings: ['NAME', 'WAS UP SINCE', 'LAB'], rows})}`,
    )
  }
  return exitCode.good
}

type Ended = {name: string; up: false; source?: string; startedAt?: string; kept: string; error?: string}

function describe({name, folder, kept}: Resumable): Ended {
  const about = {name, up: false, kept: folder} as const
  if (kept instanceof Error) return {...about, error: kept.message}
  return {...about, source: kept.source, startedAt: kept.startedAt}
}
