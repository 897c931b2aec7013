import {join} from 'node:path'
import {execa} from 'execa'
import {whatIs} from '../../lab/lab-files.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'
import {home} from '../version.ts'

/** Runs the checkout's own tests, through npm, which puts the checkout's Node first. */
export const run: CommandRun = async ([files]) => {
  if (whatIs(join(home, 'test')) === undefined)
    throw new UsageError('the npm package has no tests of podlab in it; they are in a checkout')
  const words =
    (files as readonly string[]).length === 0 ? ['test'] : ['exec', '--', 'ava', ...(files as readonly string[])]
  const result = await execa('npm', words, {cwd: home, stdio: 'inherit', reject: false})
  if (result.failed && result.exitCode === undefined)
    throw new Error(`npm could not be started: ${result.shortMessage}`)
  return result.exitCode ?? exitCode.failed
}
