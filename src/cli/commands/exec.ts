import {constants} from 'node:os'
import {execa} from 'execa'
import {enterCommand} from '../../cluster/enter.ts'
import {findInside} from '../../cluster/lab-client.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {pretendOtherUsers} from '../../kernel/one-user.ts'
import {adoptOrphans} from '../../kernel/processes.ts'
import {parseTarget} from '../../lab/targets.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {targetOf} from '../target.ts'

/** Runs a program in a target with this terminal; the program's exit code is the command's; a signal counts as 128 and its number. */
export const run: CommandRun = ([target, words], options) => {
  const [first, ...rest] = words as readonly string[]
  const argv = first === '--' ? rest : (words as readonly string[])
  if (argv.length === 0) throw new UsageError('which program? Type it after --: podlab exec pod/client -- ip route')
  return runInside({target: targetOf(target, options), lab: options.lab as string | undefined, argv})
}

/** Runs a program inside with standard input, output and terminal of this process. */
export async function runInside({
  target,
  lab,
  argv,
  environment = {},
}: {
  target: string
  lab: string | undefined
  argv: readonly string[]
  environment?: Readonly<Record<string, string>>
}): Promise<number> {
  parseTarget(target)
  const running = await chooseLab(lab)
  const inside = await findInside(running, target)
  const {pid: daemonPid, rootless} = running.state
  const [file, ...words] = enterCommand({daemonPid, rootless}, inside, argv)
  adoptOrphans()
  if (rootless) pretendOtherUsers()
  const terminal = process.env.TERM === undefined ? {} : {TERM: process.env.TERM}
  const result = await execa(file, words, {
    stdio: 'inherit',
    env: {...inside.environment, ...terminal, ...environment},
    extendEnv: false,
    reject: false,
  })
  if (result.exitCode !== undefined) return result.exitCode
  if (result.signal === undefined) throw new Error(`nsenter could not be started: ${result.shortMessage}`)
  return 128 + constants.signals[result.signal]
}
