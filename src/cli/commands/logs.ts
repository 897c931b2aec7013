import {ask} from '../../cluster/control.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Prints what a container has printed. */
export const run: CommandRun = async ([target], {lab}) => {
  const {session} = await chooseLab(lab as string | undefined)
  process.stdout.write(await ask(session.socket, 'logs', {target: String(target)}))
  return exitCode.good
}
