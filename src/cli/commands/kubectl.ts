import {constants} from 'node:os'
import {execa} from 'execa'
import {chooseLab} from '../../cluster/running-labs.ts'
import type {CommandRun} from '../command.ts'
import {runningName} from '../find-lab.ts'

/** There is no kubectl; the message says where to get one. */
export class NoKubectlError extends Error {
  override readonly name = 'NoKubectlError'
}

/** Runs the kubectl of the PATH with a lab's kubeconfig and this terminal; its exit code is the command's. */
export const run: CommandRun = async ([given = []]) => {
  const {lab, words} = split(given as readonly string[])
  const {session} = await chooseLab(await runningName(lab))
  const result = await execa('kubectl', words, {
    stdio: 'inherit',
    env: {KUBECONFIG: session.kubeconfig},
    reject: false,
  })
  if (result.exitCode !== undefined) return result.exitCode
  if (result.signal !== undefined) return 128 + constants.signals[result.signal]
  if (result.code === 'ENOENT') throw new NoKubectlError(remedy)
  throw new NoKubectlError(`kubectl could not be started: ${result.shortMessage}`)
}

/** Before `--` stands the lab, if anything; without `--`, all words are kubectl's. */
function split(words: readonly string[]): {lab: string | undefined; words: readonly string[]} {
  const [first, ...rest] = words
  if (first === '--') return {lab: undefined, words: rest}
  return rest[0] === '--' ? {lab: first, words: rest.slice(1)} : {lab: undefined, words}
}

const remedy = `there is no kubectl on the PATH. Install it as https://kubernetes.io/docs/tasks/tools/ says
(Debian and Ubuntu: apt install kubernetes-client), or do with podlab's own commands: podlab get, logs, exec`
